"""Which of two carriers is called: by routes that are added while the node runs and has calls."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

FLOW = '<Response><Pause length="20"/></Response>'
BELGIAN, MOBILE, GERMAN = "+3225550199", "+32470123456", "+493012345678"


async def command(telefoon: Platform, *words: str) -> str:
    return await asyncio.to_thread(telefoon.telefoon, *words)


def carrier(call: dict[str, Any]) -> list[str]:
    return [each["trunk"] for each in call["attempts"]]


async def test_calls_go_by_the_trunk_to_which_a_route_leads(tmp_path: Path, ports: Ports) -> None:
    async with phone() as one, phone() as other, platform(tmp_path, ports) as telefoon:
        for name, far_end, priority in (("one", one, "0"), ("other", other, "1")):
            where = ("--host", f"127.0.0.1:{far_end.port}", "--priority", priority)
            await command(telefoon, "trunks", "add", name, *where)
        await asyncio.sleep(2)
        before = await telefoon.call_when((await telefoon.place(BELGIAN, flow=FLOW))["id"], "in-progress")
        assert carrier(before) == ["one"], "without routes priority decides"

        await command(telefoon, "routes", "add", "--prefix", "+32", "--trunk", "other")
        wrong = json.loads(await command(telefoon, "routes", "add", "--trunk", "one", "--account", "demo", "--json"))
        await asyncio.sleep(2)

        belgian = await telefoon.call_when((await telefoon.place(BELGIAN, flow=FLOW))["id"], "in-progress")
        german = await telefoon.call_when((await telefoon.place(GERMAN, flow=FLOW))["id"], "in-progress")
        assert (carrier(belgian), carrier(german)) == (["other"], ["one"])
        assert (await telefoon.get(f"calls/{before['id']}"))["status"] == "in-progress", "calls in progress go on"

        await command(telefoon, "routes", "remove", wrong["id"])
        await asyncio.sleep(2)
        nowhere = await telefoon.ended_call((await telefoon.place(GERMAN, flow=FLOW))["id"])
        assert (nowhere["status"], carrier(nowhere)) == ("failed", [])


async def test_calls_go_by_the_trunk_that_costs_least(tmp_path: Path, ports: Ports) -> None:
    async with phone() as one, phone() as other, platform(tmp_path, ports) as telefoon:
        for name, far_end in (("one", one), ("other", other)):
            await command(telefoon, "trunks", "add", name, "--host", f"127.0.0.1:{far_end.port}")
            await command(telefoon, "routes", "add", "--trunk", name)
        for name, costs in (("one", "+32,0.02\n,0.01"), ("other", "+32,0.01\n+3247,0.09\n,0.02")):
            (tmp_path / name).write_text(f"prefix,per_minute\n{costs}\n")
            await command(telefoon, "trunks", "costs", name, "--file", str(tmp_path / name))
        await asyncio.sleep(2)

        placed = [await telefoon.place(number, flow=FLOW) for number in (BELGIAN, MOBILE, GERMAN)]
        calls = [await telefoon.call_when(each["id"], "in-progress") for each in placed]

        assert [carrier(each) for each in calls] == [["other"], ["one"], ["one"]]
        assert "cost 0.01 by the trunk's price for +32." in await command(telefoon, "routes", "test", BELGIAN)


async def test_a_dialled_number_goes_by_the_route_of_its_account(tmp_path: Path, ports: Ports) -> None:
    async with phone() as one, phone() as other, platform(tmp_path, ports) as telefoon:
        for name, far_end in (("one", one), ("other", other)):
            await command(telefoon, "trunks", "add", name, "--host", f"127.0.0.1:{far_end.port}")
        await command(telefoon, "routes", "add", "--prefix", "+32", "--trunk", "one")
        await command(telefoon, "routes", "add", "--prefix", "+49", "--trunk", "other", "--account", "demo")
        await asyncio.sleep(2)

        dials = f'<Response><Dial timeout="10">{GERMAN}</Dial></Response>'
        parent = await telefoon.call_when((await telefoon.place(BELGIAN, flow=dials))["id"], "in-progress")
        dialled = await telefoon.newest_call(parent_id=parent["id"])
        child = await telefoon.call_when(dialled["id"], "in-progress")

        assert (carrier(parent), carrier(child)) == (["one"], ["other"])
