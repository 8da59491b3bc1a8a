"""A flood of strangers' SIP leaves calls as they are, keeps nothing, and reaches nobody."""

import asyncio
import json
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest

from engine.model.ban import BanReason
from engine.ports import Ear, HungUp, Said
from sip.config import StrangersDue
from tests.peers.ports import Ports
from tests.sip.conftest import OpenLine
from tests.sip.guests import Guest, guests

pytestmark = pytest.mark.sip

ELSEWHERE: Final = "127.0.0.2"
"""An address of this machine that no trunk has, and from which nobody may call."""
PER_S: Final = 2000
COUNT: Final = 6000
MOST_GROWTH_KIB: Final = 16 * 1024


async def flood(port: int, method: str) -> dict[str, int]:
    """From a process of its own; what was sent and what came back."""
    command = (sys.executable, "-m", "tests.peers.flood", str(port), method, str(PER_S), str(COUNT), ELSEWHERE)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    counted: dict[str, int] = json.loads(told)
    return counted


def resident_kib() -> int:
    """Memory of this process, in which the user agent is."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.parametrize("method", ["INVITE", "SUBSCRIBE", "OPTIONS", "REGISTER"])
@pytest.mark.parametrize("refused", [False, True])
async def test_calls_go_on_through_a_flood_that_costs_no_memory(
    open_line: OpenLine, ports: Ports, method: str, refused: bool
) -> None:
    due = StrangersDue(are_refused=refused, messages_per_s=10 * PER_S, invites_per_s=10 * PER_S)
    async with (
        open_line(allow=[ip_network("127.0.0.1/32")], strangers=due) as line,
        guests(line, ports, 2) as (one, other),
    ):
        for said, heard in ((one, other), (other, one)):
            await line.agent.bridge.connect(Said(said.leg), Ear(heard.leg))
        await flood(line.port, method)
        before = resident_kib()

        flooding = asyncio.create_task(flood(line.port, method))
        heard_through_it = [await each.hears_of([one, other], seconds=1) for each in (one, other)]
        told = await flooding

        assert heard_through_it == [{other.hz}, {one.hz}]
        assert resident_kib() - before < MOST_GROWTH_KIB
        assert told["answers"] > COUNT // 2 if refused else told["answers"] == 0
        assert not any(ended(each) for each in (one, other))
        assert line.arrivals.empty()


async def test_a_flood_is_banned_and_no_answer_comes_back(open_line: OpenLine) -> None:
    async with open_line(allow=[ip_network("127.0.0.1/32")], strangers=StrangersDue(are_refused=True)) as line:
        told = await flood(line.port, "OPTIONS")
        news = await line.agent.door.take_news()

    assert told["answers"] < 200
    assert [(str(each.source), each.reason) for each in news.bans] == [(f"{ELSEWHERE}/32", BanReason.MESSAGES)]
    assert sum(each.count for each in news.messages) == COUNT


def ended(guest: Guest) -> bool:
    return any(isinstance(each, HungUp) for each in guest.call.seen)
