"""Any node answers any request: what lives on another one is passed on to it, once, and its answer given."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform
from tests.peers.ports import Ports
from tests.peers.standing_still import standing_still
from tests.peers.twilio_client import does, twilio_client
from tests.peers.waiting import eventually, within

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
TALKS: Final = "<Response><Say>Good morning.</Say><Pause length='120'/></Response>"


@asynccontextmanager
async def pair(folder: Path, ports: Ports, database: str) -> AsyncIterator[tuple[PhonePeer, Sequence[Platform]]]:
    """Two nodes with a trunk to a phone."""
    async with phone() as far_end:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with nodes(folder, ports, database, settings=trunk) as both:
            await sees(both[1], 2)
            yield far_end, both


async def sees(node: Platform, count: int) -> None:
    """Wait until a node knows of so many: it looks each second."""
    listed = ""
    for _ in range(40):
        listed = await asyncio.to_thread(node.telefoon, "nodes", "list", "--json")
        if listed.count('"serving"') == count:
            await asyncio.sleep(1.5)
            return
        await asyncio.sleep(0.5)
    raise AssertionError(listed)


def files(node: Platform) -> list[Path]:
    """What is recorded on a node's disk."""
    return [each for each in (node.data / "recordings").rglob("*") if each.is_file()]


async def in_progress(node: Platform, **more: object) -> str:
    """A call of this node that talks."""
    call_id: str = (await node.place(CALLEE, flow=TALKS, **more))["id"]
    await node.call_when(call_id, "in-progress")
    return call_id


async def test_a_call_of_another_node_is_changed_recorded_heard_and_ended(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/next"] = "<Response><Pause length='60'/></Response>"
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)

        status, _ = await b.patch(f"calls/{call_id}", {"recording": {"action": "start"}})
        assert status == 200
        await b.noted(call_id, "recording_started")
        await asyncio.sleep(1)
        status, changed = await b.patch(f"calls/{call_id}", {"url": shop.url("/next")})
        assert (status, changed["status"]) == (200, "in-progress")
        await b.delete(f"calls/{call_id}")
        ended = await b.get(f"calls/{call_id}")
        recording, sound = await b.recording(tmp_path, call_id=call_id)
        await b.delete(f"recordings/{recording['id']}")
        await eventually(lambda: not files(a), within_s=15, otherwise=lambda: str(files(a)))

        assert ended["status"] == "completed"
        assert sound.stat().st_size > 8000
        assert (await a.get(f"recordings/{recording['id']}"))["status"] == "deleted"
        assert shop.forms("/next")[0]["CallSid"] == call_id


async def test_a_problem_of_another_node_is_the_same_problem(tmp_path: Path, ports: Ports, database: str) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)

        told = [await each.patch(f"calls/{call_id}", {"status": "canceled"}) for each in (a, b)]
        wrong = [await each.patch(f"calls/{call_id}", {"recording": {"action": "dance"}}) for each in (a, b)]

    assert told[0] == told[1]
    assert told[0][0] == 409
    assert wrong[0] == wrong[1]
    assert wrong[0][0] == 422


async def test_a_header_that_no_node_has_signed_opens_nothing(tmp_path: Path, ports: Ports, database: str) -> None:
    async with (
        nodes(tmp_path, ports, database, ("a",)) as (a,),
        a.client.get("calls", headers={"Telefoon-Inside": "e30=.00"}) as response,
    ):
        assert response.status == 401


async def test_another_accounts_call_is_no_ones_on_any_node(tmp_path: Path, ports: Ports, database: str) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)
        other = (await asyncio.to_thread(a.telefoon, "keys", "create", "--account", "other")).split()[-1]

        async with b.client.delete(f"calls/{call_id}", headers={"X-API-Key": other}) as response:
            assert response.status == 404


async def test_a_request_with_a_key_of_its_own_is_carried_out_once_over_nodes(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (far_end, (a, b)):
        order, headers = {"from": NUMBER, "to": CALLEE, "flow": TALKS}, {"Idempotency-Key": "once"}
        ids = set()
        for each in (a, b, a):
            async with each.client.post("calls", json=order, headers=headers) as response:
                ids.add((await response.json())["id"])
        (call_id,) = ids
        await b.call_when(call_id, "in-progress")

        assert len([each for each in far_end.told if each["event"] == "answered"]) == 1


async def test_calls_of_a_node_that_does_not_answer_are_told_of_by_their_rows(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)
        await a.end(signal.SIGKILL)

        row = await b.get(f"calls/{call_id}")
        status, problem = await b.patch(f"calls/{call_id}", {"mute": True})

        assert row["status"] in ("in-progress", "failed")
        assert status == 409, problem


async def test_a_node_that_stands_still_is_not_waited_for_for_ever(tmp_path: Path, ports: Ports, database: str) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)
        with standing_still(a.pid):
            async with asyncio.timeout(60):
                row = await b.get(f"calls/{call_id}")
                status, problem = await b.patch(f"calls/{call_id}", {"mute": True})

    assert row["id"] == call_id
    assert status in (504, 409), problem


async def test_programs_of_another_cloud_are_answered_by_any_node(tmp_path: Path, ports: Ports, database: str) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a)

        client = await asyncio.to_thread(twilio_client, b)
        ended = await does(client.calls(call_id).update, status="completed")

        assert ended.status == "completed"
        assert (await a.get(f"calls/{call_id}"))["status"] == "completed"


async def test_sound_of_a_node_that_stands_still_is_to_be_asked_for_again(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with pair(tmp_path, ports, database) as (_, (a, b)):
        call_id = await in_progress(a, record=True)
        await a.noted(call_id, "recording_started")
        await a.delete(f"calls/{call_id}")
        recording, _ = await b.recording(tmp_path, call_id=call_id)
        with standing_still(a.pid):
            async with within(60), b.client.get(f"recordings/{recording['id']}/audio") as answer:
                told = answer.status, answer.headers["Retry-After"], (await answer.json())["detail"]

    assert told[:2] == (503, "5"), told
    assert "the node a, which does not answer; try again when it is back." in told[2]
