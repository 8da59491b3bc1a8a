"""Barge-in and marks of programs on real calls, packet by packet, as captured at the far end and at the program."""

import asyncio
import base64
import os
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from tests.peers.audio import tone
from tests.peers.callers import Caller, calling
from tests.peers.capture import Capture
from tests.peers.captured_line import TELLS_NOBODY, AudioPacket, CapturedLine, sounds
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.g711 import PCMA
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.waiting import eventually

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="capturing packets needs root"),
]

FRAME: Final = 160
INTERRUPTIONS: Final = 5
HELD_UP: Final = 50
"""Packets for which a busy machine may keep back whoever is to run. How many it takes is a figure of the bench."""


@dataclass(frozen=True, slots=True)
class Line:
    """A caller with whom a program speaks, and all that goes over the wire."""

    caller: Caller
    program: StreamProgram
    wire: CapturedLine

    async def program_hears(self, *, somebody: bool) -> None:
        """Wait until the program was sent a sound in A-law, or silence."""

        def does() -> bool:
            payload = self.program.of_event("media")[-1]["media"]["payload"]
            return sounds(base64.b64decode(payload)) is somebody

        await eventually(does, within_s=20, otherwise=lambda: f"{self.program.messages[-1]}")


@asynccontextmanager
async def connected(
    tmp_path: Path,
    ports: Ports,
    shop: Customer,
    *,
    written: str = 'audioFormat="alaw"',
    settings: Mapping[str, str] = MappingProxyType({"CODECS": "PCMA"}),
) -> AsyncIterator[Line]:
    """A caller who says nothing, and is connected to a program; by default nothing on the way changes a sample."""
    async with stream_program() as program:
        url = f"ws://127.0.0.1:{program.port}/media"
        shop.flows["/start"] = f'<Response><Connect><Stream url="{url}" {written}/></Connect></Response>'
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY, **TELLS_NOBODY}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            with Capture(program.port) as capture:
                async with calling(telefoon, ports, 500) as (caller,):
                    caller.ear.hush()
                    capture.add(caller.ear.port)
                    [start] = await program.gets("start", within_s=60)
                    program.sid = start["streamSid"]
                    await program.gets("media", times=5)
                    yield Line(caller, program, CapturedLine(capture, caller.ear.port, program.port))


def noise(frames: int) -> list[bytes]:
    """So many frames of A-law, each unlike any other, all of them loud."""
    loud = [code for code in range(256) if abs(int(PCMA.decode(bytes([code]))[0])) > 1000]
    return [bytes(random.choices(loud, k=FRAME)) for _ in range(frames)]


async def test_a_mark_comes_back_with_the_packet_that_ends_what_was_sent_before_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    said, marked = noise(100), (1, 160, 1601, 4000, 4000, 7999, 8160, 15_999, 16_000)
    async with connected(tmp_path, ports, shop) as line:
        at = 0
        for number, place in enumerate(marked):
            if place > at:
                await line.program.says_coded(b"".join(said)[at:place])
            await line.program.marks_here(f"{number}")
            at = place
        await line.program.gets("mark", times=len(marked), within_s=30)
        await asyncio.sleep(0.3)

    heard = line.wire.heard()
    packets = {each.payload: number for number, each in enumerate(heard)}
    assert [each for each in heard if each.sounds] == [heard[packets[frame]] for frame in said]
    marks = line.wire.to_program("mark")
    assert [int(each.content["mark"]["name"]) for each in marks] == list(range(len(marked)))
    lags = []
    for mark, place in zip(marks, marked, strict=True):
        last = packets[said[(place - 1) // FRAME]]
        lags.append(sum(each.at_s < mark.at_s for each in heard) - 1 - last)
    assert min(lags) >= -1, "at most a packet before the one that it waits for"
    assert max(lags) <= HELD_UP


async def test_clear_silences_the_far_end_at_a_packet_and_nothing_of_what_was_cleared_comes_after(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    said, answers = [noise(1000) for _ in range(INTERRUPTIONS)], [noise(20) for _ in range(INTERRUPTIONS)]
    async with connected(tmp_path, ports, shop) as line:
        for turn, (sound, answer) in enumerate(zip(said, answers, strict=True)):
            await line.program.says_coded(b"".join(sound))
            await line.program.marks_here(f"said {turn}")
            await line.wire.hears(sound[10])
            line.caller.ear.say(tone(500, 0.5, dbov=-18))
            await line.program_hears(somebody=True)
            await line.program.clears()
            await line.program.gets("mark", times=2 * turn + 1, within_s=30)
            await line.program.says_coded(b"".join(answer))
            await line.program.marks_here(f"answered {turn}")
            await line.program.gets("mark", times=2 * turn + 2, within_s=30)
            await line.wire.hears(answer[-1])
            await line.program_hears(somebody=False)

    sounding = [each for each in line.wire.heard() if each.sounds]
    for clear, sound, answer in zip(line.wire.from_program("clear"), said, answers, strict=True):
        before, sounding = _parted(sounding, answer[0])
        answered, sounding = sounding[: len(answer)], sounding[len(answer) :]
        assert [each.payload for each in before] == sound[: len(before)]
        assert [each.payload for each in answered] == answer
        assert sum(each.at_s > clear.at_s for each in before) <= HELD_UP
    assert sounding == []
    assert line.program.marks() == [f"{what} {turn}" for turn in range(INTERRUPTIONS) for what in ("said", "answered")]


async def test_nothing_of_what_was_cleared_waits_in_a_resampler(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    wide = 'audioFormat="l16" sampleRate="24000"'
    async with connected(tmp_path, ports, shop, written=wide, settings={}) as line:
        for turn in range(INTERRUPTIONS):
            await line.program.says_samples(tone(700, 10, dbov=-12, rate_hz=24_000))
            await line.caller.ear.hears(700, within_s=20, since_s=line.caller.ear.now_s)
            await line.program.clears()
            # What is silent itself would bring out whatever is left of the sound before.
            await line.program.says_coded(bytes(48_000))
            await line.program.marks_here("quiet")
            await line.program.gets("mark", times=turn + 1, within_s=30)

    heard = line.wire.heard()
    for clear, quiet in zip(line.wire.from_program("clear"), line.wire.to_program("mark"), strict=True):
        sounding = [each.sounds for each in heard if clear.at_s < each.at_s < quiet.at_s]
        assert len(sounding) >= 48, "a second of silence"
        assert not any(sounding[sounding.index(False) :])
        assert sounding.index(False) <= HELD_UP


def _parted(packets: list[AudioPacket], first: bytes) -> tuple[list[AudioPacket], list[AudioPacket]]:
    """What comes before a packet, and it and the rest."""
    at = [each.payload for each in packets].index(first)
    return packets[:at], packets[at:]
