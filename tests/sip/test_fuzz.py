"""A trunk sends bytes that are nearly right, SIP and media, while calls go on: nothing falls over, and they sound on.

TELEFOON_TESTS_FUZZ_SEED and TELEFOON_TESTS_FUZZ_MINUTES say which bytes, and for how long; `make fuzz` does so on the
library with sanitizers.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from random import Random
from typing import Final

import pytest

from engine.errors import SipError
from engine.model.trunk import trunk_at
from engine.ports import Ear, Said
from tests.peers.audio import hears
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.peers.sip_message import Sdp
from tests.sip.conftest import Line, OpenLine
from tests.sip.fuzz.mutation import Mutation
from tests.sip.fuzz.seeds import description, invite, media_packet, sip_message
from tests.sip.guests import guests
from tests.sip.raw_calls import in_a_call
from tests.sip.torture.senders import tcp_sender, udp_sender

pytestmark = [pytest.mark.sip, pytest.mark.slow]

SEED: Final = int(os.environ.get("TELEFOON_TESTS_FUZZ_SEED", "1"))
MINUTES: Final = float(os.environ.get("TELEFOON_TESTS_FUZZ_MINUTES", "1"))
ADDRESS: Final = f"127.79.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}"
AT_ONCE: Final = 10
PAUSE_S: Final = 0.05
MOST_GROWTH_BYTES: Final = 64 * 2**20
SANITIZED: Final = "libasan" in os.environ.get("LD_PRELOAD", "")
"""It keeps memory that was given back, to see who still uses it."""


@asynccontextmanager
async def answering(line: Line) -> AsyncIterator[None]:
    """Answer one call in twenty for a moment, and refuse the others."""

    async def answer() -> None:
        number = 0
        while True:
            leg, _ = await line.arrivals.get()
            number += 1
            # A caller may have gone meanwhile, or have described nothing that could be answered.
            with suppress(SipError):
                if number % 20:
                    await leg.refuse(486)
                else:
                    await leg.answer()
                    await asyncio.sleep(PAUSE_S)
                    await leg.hang_up()

    task = asyncio.create_task(answer())
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        task.cancel()


@pytest.mark.costly("because it sends as much as it can for a minute, and for as long as make fuzz says")
async def test_nothing_that_is_nearly_right_ends_the_process_or_spoils_calls(open_line: OpenLine, ports: Ports) -> None:
    random, loop = Random(SEED), asyncio.get_running_loop()
    mutation = Mutation(random)
    trunk = trunk_at(f"sip:{ADDRESS}:5060", "carrier")
    async with (
        open_line(rtp_ports=400, allow=[ip_network("127.0.0.1/32")], trunk=trunk) as line,
        raw_caller(line.port) as caller,
        udp_sender(ADDRESS, ("127.0.0.1", line.port)) as udp,
        tcp_sender(ADDRESS, ("127.0.0.1", line.port)) as tcp,
        guests(line, ports, 2) as (one, other),
    ):
        await line.agent.bridge.connect(Said(one.leg), Ear(other.leg))
        await line.agent.bridge.connect(Said(other.leg), Ear(one.leg))
        with RawRtp() as rtp:
            call = await in_a_call(line, caller, audio(rtp.port))
            described = Sdp.read((await caller.answer("INVITE")).body)
            dialog = (caller.call_id, caller.to_tag)
            async with answering(line):
                memory, ends_at = 0, loop.time() + MINUTES * 60
                while loop.time() < ends_at:
                    for _ in range(AT_ONCE):
                        await udp.send(mutation.of(sip_message(random, ADDRESS, dialog)))
                        await udp.send(invite(random, ADDRESS, mutation.of(description(random, 40000))))
                        rtp.target = (described.address, described.port + random.randint(0, 1))
                        rtp.send(mutation.of(media_packet(random)))
                    await tcp.send(mutation.of(sip_message(random, ADDRESS, dialog)))
                    await tcp.close()
                    udp.heard.clear()
                    tcp.heard.clear()
                    await asyncio.sleep(PAUSE_S)
                    # What an ended transaction leaves stays for 32 s, so the first minute's growth says nothing.
                    if not memory and loop.time() > ends_at - MINUTES * 30:
                        memory = resident_bytes()
                grown = resident_bytes() - memory
            await call.leg.hang_up()
        for listener, speaker in ((one, other), (other, one)):
            assert await listener.hears_of([speaker], wanted=[speaker]) == {speaker.hz}
            assert hears(listener.ear.heard(), speaker.hz, seconds=0.9 * MINUTES * 60)
        assert SANITIZED or grown < MOST_GROWTH_BYTES, f"{grown / 2**20:.0f} MiB more, with seed {SEED}"


def resident_bytes() -> int:
    """The memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
