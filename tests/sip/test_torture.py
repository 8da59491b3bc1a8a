"""The torture messages of RFC 4475 and RFC 5118, over UDP and TCP, from a trunk and from strangers, while calls go on.

What is right of each and what we do is in docs/torture.md, which is made of the table that these tests go by.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from ipaddress import ip_network
from typing import Final

import pytest

from engine.model.trunk import trunk_at
from engine.ports import Ear, Said
from tests.peers.audio import longest_gap
from tests.peers.ports import Ports
from tests.peers.waiting import HELD_UP_S
from tests.sip.conftest import Line, OpenLine
from tests.sip.guests import Guest, guests
from tests.sip.torture.message import A_CALL
from tests.sip.torture.messages import MESSAGES
from tests.sip.torture.senders import Sender, final_answer, tcp_sender, udp_sender

pytestmark = pytest.mark.sip

LONGEST_GAP_S: Final = 0.06
QUIET_S: Final = 0.25
"""How long we wait for an answer that there should not be."""
Opening = Callable[[str, tuple[str, int]], AbstractAsyncContextManager[Sender]]
SENDERS: Final[dict[str, Opening]] = {"UDP": udp_sender, "TCP": tcp_sender}
OF_TRUNK: Final = f"127.77.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}"
OF_STRANGER: Final = f"127.78.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}"


@asynccontextmanager
async def busy_line(open_line: OpenLine) -> AsyncIterator[Line]:
    """A line where one trunk may call, and whoever does is told that all are busy."""
    trunk = trunk_at(f"sip:{OF_TRUNK}:5060", "carrier")
    async with open_line(codecs=["PCMA", "PCMU"], allow=[ip_network("192.0.2.0/24")], trunk=trunk) as line:

        async def refuse() -> None:
            while True:
                leg, _ = await line.arrivals.get()
                await leg.refuse(486)

        refusing = asyncio.create_task(refuse())
        try:
            yield line
        finally:
            refusing.cancel()


@asynccontextmanager
async def talking(line: Line, ports: Ports) -> AsyncIterator[None]:
    """Two calls that hear each other all the while, without a gap."""
    async with guests(line, ports, 2) as (one, other):
        await line.agent.bridge.connect(Said(one.leg), Ear(other.leg))
        await line.agent.bridge.connect(Said(other.leg), Ear(one.leg))
        since = [await begins_to_hear(*each) for each in ((one, other), (other, one))]
        yield
        for (listener, speaker), since_s in zip(((one, other), (other, one)), since, strict=True):
            gap = longest_gap(listener.ear.heard(since_s), speaker.hz)
            assert gap.seconds <= longest_gap_s(), f"silence of {gap}"


def longest_gap_s() -> float:
    """What is promised, on a machine whose cores are not all taken by others; else only that sound goes on."""
    return LONGEST_GAP_S if os.getloadavg()[0] < (os.cpu_count() or 1) else HELD_UP_S


async def begins_to_hear(listener: Guest, speaker: Guest) -> float:
    """When the listener hears the speaker for sure, in seconds of its ear."""
    return await listener.ear.hears(speaker.hz, within_s=10, seconds=0.5) + 0.2


async def answers(sender: Sender, transport: str) -> dict[str, int | None]:
    """What each message is answered."""
    told = {}
    for each in MESSAGES:
        expected = each.answer_over(transport) is not None
        told[each.name] = await final_answer(sender, each.data, expected=expected, quiet_s=QUIET_S)
    return told


@pytest.mark.parametrize("transport", SENDERS)
async def test_a_trunk_is_answered_as_the_page_says_and_calls_sound_on(
    open_line: OpenLine, ports: Ports, transport: str
) -> None:
    async with (
        busy_line(open_line) as line,
        talking(line, ports),
        SENDERS[transport](OF_TRUNK, ("127.0.0.1", line.port)) as sender,
    ):
        told = await answers(sender, transport)

    right = {each.name: each.answer_over(transport) for each in MESSAGES}
    assert {name: got for name, got in told.items() if got != right[name]} == {}


@pytest.mark.parametrize("transport", SENDERS)
async def test_no_stranger_is_heard_and_calls_sound_on(open_line: OpenLine, ports: Ports, transport: str) -> None:
    async with busy_line(open_line) as line, talking(line, ports):
        sender = await stranger(line, transport)

        assert not [each.summary for each in sender.heard if each.code in (200, A_CALL)]
        assert await line.agent.strays() == 0


@pytest.mark.parametrize("transport", SENDERS)
async def test_a_stranger_is_told_nothing_but_that_it_may_not_call(open_line: OpenLine, transport: str) -> None:
    async with busy_line(open_line) as line:
        sender = await stranger(line, transport)

        assert {each.code for each in sender.heard} <= {403}


async def stranger(line: Line, transport: str) -> Sender:
    """Somebody who has sent all messages from an address that no trunk has, with what came back."""
    async with SENDERS[transport](OF_STRANGER, ("127.0.0.1", line.port)) as sender:
        for each in MESSAGES:
            await sender.send(each.data)
            await asyncio.sleep(QUIET_S / 5)
        await asyncio.sleep(1)
        return sender
