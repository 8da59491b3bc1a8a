"""A trunk carries no more calls than its limits allow: others go by the next trunk, or are to be tried again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
SMALL = "+3225550111"
FLOW = '<Response><Pause length="40"/></Response>'


async def command(telefoon: Platform, *words: str) -> str:
    return await asyncio.to_thread(telefoon.telefoon, *words)


async def add_trunk(telefoon: Platform, name: str, port: int, priority: int, **limits: int) -> None:
    assigned = [each for field, value in limits.items() for each in ("--set", f"{field}={value}")]
    where = ("--host", f"127.0.0.1:{port}", "--priority", str(priority))
    await command(telefoon, "trunks", "add", name, *where, *assigned)


async def limit(telefoon: Platform, name: str, field: str, value: int) -> None:
    await command(telefoon, "trunks", "set", name, "--set", f"{field}={value}")
    await asyncio.sleep(2)


async def placed(telefoon: Platform) -> dict[str, Any]:
    return await telefoon.call_when((await telefoon.place(CALLEE, flow=FLOW))["id"], "in-progress")


async def refused(telefoon: Platform) -> tuple[int, str | None, str]:
    """Status, Retry-After and detail of a call that no trunk has room for."""
    async with telefoon.client.post("calls", json={"from": NUMBER, "to": CALLEE, "flow": FLOW}) as response:
        problem = await response.json()
        assert response.content_type == "application/problem+json"
        return response.status, response.headers.get("Retry-After"), problem["detail"]


async def calls_now(telefoon: Platform, name: str) -> dict[str, int]:
    key = (await command(telefoon, "keys", "create", "--account", "demo", "--scope", "admin")).split()[-1]
    async with telefoon.client.get(f"trunks/{name}", headers={"X-API-Key": key}) as response:
        found: dict[str, int] = (await response.json())["calls_now"]
        return found


def carrier(call: dict[str, Any]) -> str:
    carried: str = call["attempts"][-1]["trunk"]
    return carried


async def test_what_a_full_trunk_does_not_carry_goes_by_the_next_and_is_refused_where_all_are_full(
    tmp_path: Path, ports: Ports
) -> None:
    async with phone() as one, phone() as other, platform(tmp_path, ports) as telefoon:
        await add_trunk(telefoon, "first", one.port, 0, max_calls_out=2)
        await add_trunk(telefoon, "second", other.port, 1, max_calls_out=1)
        await asyncio.sleep(2)

        calls = [await placed(telefoon) for _ in range(3)]
        assert [carrier(each) for each in calls] == ["first", "first", "second"]
        passed_over = calls[-1]["attempts"][0]
        assert (passed_over["trunk"], passed_over["code"], passed_over["cause"]) == ("first", None, 34)
        assert "full" in passed_over["reason"]

        assert await calls_now(telefoon, "first") == {"out": 2, "in": 0}

        status, again_after_s, detail = await refused(telefoon)
        assert (status, again_after_s) == (503, "10")
        assert "Trunk first is full" in detail
        assert "Trunk second is full" in detail
        assert len((await telefoon.get("calls"))["calls"]) == 3, "nothing is stored of a call that is refused"

        await asyncio.sleep(2)
        told = await asyncio.to_thread(telefoon.telefoon, "routes", "test", CALLEE, exit_code=1)
        assert "Passed over: trunk first: the trunk is full." in told

        await limit(telefoon, "first", "max_calls_out", 3)
        assert carrier(await placed(telefoon)) == "first"
        assert {(await telefoon.get(f"calls/{each['id']}"))["status"] for each in calls} == {"in-progress"}

        await telefoon.delete(f"calls/{calls[0]['id']}")
        await telefoon.ended_call(calls[0]["id"])
        assert carrier(await placed(telefoon)) == "first", "a call that has ended leaves its room"


async def test_a_flow_that_dials_where_no_trunk_has_room_is_told_that_it_failed(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports) as telefoon:
        await add_trunk(telefoon, "only", far_end.port, 0, max_calls_out=1)
        await asyncio.sleep(2)
        dials = f'<Response><Dial timeout="10">{CALLEE}</Dial></Response>'

        parent = await telefoon.place(CALLEE, flow=dials)
        child = await telefoon.ended_call((await telefoon.newest_call(parent_id=parent["id"]))["id"])

        assert child["status"] == "failed"
        assert "Trunk only is full" in json.dumps(child["explanation"])


async def test_calls_above_a_trunks_set_ups_a_second_are_to_be_tried_a_second_later(
    tmp_path: Path, ports: Ports
) -> None:
    async with phone() as far_end, platform(tmp_path, ports) as telefoon:
        await add_trunk(telefoon, "only", far_end.port, 0, max_cps_out=2)
        await asyncio.sleep(2)
        order = {"from": NUMBER, "to": CALLEE, "flow": FLOW}

        async def place() -> tuple[int, str | None]:
            async with telefoon.client.post("calls", json=order) as response:
                return response.status, response.headers.get("Retry-After")

        answers = await asyncio.gather(*(place() for _ in range(5)))
        assert sorted(answers, key=str) == [(201, None), (201, None), (503, "1"), (503, "1"), (503, "1")]

        await asyncio.sleep(1)
        assert (await place())[0] == 201


async def test_two_accounts_share_a_full_trunk_fairly(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports) as telefoon:
        small = (await command(telefoon, "keys", "create", "--account", "small")).split()[-1]
        await command(telefoon, "numbers", "add", SMALL, "--account", "small")
        await add_trunk(telefoon, "only", far_end.port, 0, max_calls_out=3)
        await asyncio.sleep(2)

        async def place(caller: str, key: str) -> tuple[int, str | None]:
            """Status and Retry-After."""
            order = {"from": caller, "to": CALLEE, "flow": FLOW}
            async with telefoon.client.post("calls", json=order, headers={"X-API-Key": key}) as response:
                return response.status, response.headers.get("Retry-After")

        of_big = [await placed(telefoon) for _ in range(3)]
        assert await place(SMALL, small) == (503, "10"), "it is full, but what becomes free is kept for who has less"
        await telefoon.delete(f"calls/{of_big[0]['id']}")
        await telefoon.ended_call(of_big[0]["id"])

        assert await place(NUMBER, telefoon.key) == (503, "10"), "the account is full, though the trunk is not"
        assert await place(SMALL, small) == (201, None)
