"""A call to a number goes on to the next trunk where one fails, and tells of each attempt."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
FLOW = '<Response><Pause length="20"/></Response>'
DIALS = f'<Response><Dial timeout="10">{CALLEE}</Dial></Response>'


def fails(request: str) -> str:
    return "503 Service Unavailable\nRetry-After: 60" if request.startswith("INVITE") else "200 OK"


async def add_trunk(telefoon: Platform, name: str, port: int, priority: int) -> None:
    where = ("--host", f"127.0.0.1:{port}", "--priority", str(priority))
    await asyncio.to_thread(telefoon.telefoon, "trunks", "add", name, *where)


def tried(call: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["trunk"], each["code"]) for each in call["attempts"]]


async def test_the_second_trunk_carries_the_call_and_both_attempts_are_told(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, sip_answerer(fails) as failing, platform(tmp_path, ports) as telefoon:
        await add_trunk(telefoon, "first", failing.port, 0)
        await add_trunk(telefoon, "second", far_end.port, 1)
        await asyncio.sleep(2)

        call = await telefoon.call_when((await telefoon.place(CALLEE, flow=FLOW))["id"], "in-progress")

        assert tried(call) == [("first", 503), ("second", 200)]
        assert call["trunk"] == "second"
        assert call["attempts"][0] == {
            "trunk": "first", "host": f"127.0.0.1:{failing.port}", "code": 503, "reason": "Service Unavailable",
            "cause": 41, "ms": call["attempts"][0]["ms"],
        }  # fmt: skip
        assert call["explanation"][0]["sip_code"] == 503
        assert len(call["explanation"]) == 1, "what carried the call needs no explanation"

        parent = await telefoon.call_when((await telefoon.place(CALLEE, flow=DIALS))["id"], "in-progress")
        assert tried(parent) == [("second", 200)], "the first has asked for a pause"


async def test_a_call_that_no_trunk_carries_has_failed_with_the_last_answer(tmp_path: Path, ports: Ports) -> None:
    async with sip_answerer(fails) as one, sip_answerer(fails) as other, platform(tmp_path, ports) as telefoon:
        await add_trunk(telefoon, "first", one.port, 0)
        await add_trunk(telefoon, "second", other.port, 1)
        await asyncio.sleep(2)

        call = await telefoon.ended_call((await telefoon.place(CALLEE, flow=FLOW))["id"])

        assert (call["status"], tried(call)) == ("failed", [("first", 503), ("second", 503)])
        assert [each["sip_code"] for each in call["explanation"]] == [503, 503]
