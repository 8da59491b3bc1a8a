"""How a room sounds: as wide as it may be, and with voices made even and clean where that is asked for."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
import soxr

from engine.ports import Attendance, MediaChanged, RoomSound
from tests.peers.audio import Sound, hears, tone
from tests.peers.phone import phone
from tests.peers.ports import Ports
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.guests import guests

pytestmark = pytest.mark.sip

SETTLES_S = 6
LISTENER = Attendance(speaks=False)


def voice(seconds: float, dbov: float) -> Sound:
    """Like speech: harmonics of a voice that glides, four syllables a second, with pauses between them."""
    time_s = np.arange(round(seconds * 8000)) / 8000
    pitch = 2 * np.pi * np.cumsum(120 + 25 * np.sin(2 * np.pi * 0.7 * time_s)) / 8000
    harmonics = sum(np.sin(number * pitch) / number for number in range(1, 25))
    spoken = harmonics * np.clip(np.sin(2 * np.pi * 2 * time_s), 0, None) ** 0.5
    return Sound(spoken * 10 ** (dbov / 20) / np.sqrt(np.mean(spoken**2)), 8000)


def noise(seconds: float, dbov: float) -> Sound:
    """Steady, as of a fan."""
    hiss = np.random.default_rng(1).normal(size=round(seconds * 4000))
    wide = np.asarray(soxr.resample(hiss, 4000, 8000))
    return Sound(wide * 10 ** (dbov / 20) / np.sqrt(np.mean(wide**2)), 8000)


async def heard_in_rooms(line: Line, ports: Ports, sounds: list[Sound], sound: RoomSound) -> list[float]:
    """The level in dBov at which each of two sounds is heard, each in a room of its own."""
    async with guests(line, ports, 4) as everybody:
        pairs = (everybody[:2], everybody[2:])
        for (speaker, listener), said in zip(pairs, sounds, strict=True):
            room = await line.agent.bridge.open_room(sound)
            await room.place(speaker.leg, Attendance())
            await room.place(listener.leg, LISTENER)
            speaker.ear.say(said, for_ever=True)
        await asyncio.sleep(SETTLES_S)
        since = [listener.ear.now_s for _, listener in pairs]
        await asyncio.sleep(2)
        return [pair[1].ear.heard(start).level_dbov for pair, start in zip(pairs, since, strict=True)]


async def test_automatic_gain_brings_a_soft_and_a_loud_voice_together(line: Line, ports: Ports) -> None:
    voices = [voice(4, -42), voice(4, -18)]

    soft, loud = await heard_in_rooms(line, ports, voices, RoomSound(automatic_gain=True))

    assert abs(loud - soft) < 6  # of 24
    assert -30 < soft < -18


async def test_without_it_a_soft_and_a_loud_voice_stay_as_they_are(line: Line, ports: Ports) -> None:
    soft, loud = await heard_in_rooms(line, ports, [voice(4, -42), voice(4, -18)], RoomSound())

    assert soft == pytest.approx(-42, abs=1)
    assert loud == pytest.approx(-18, abs=1)


async def test_denoising_takes_steady_noise_and_leaves_the_voice(line: Line, ports: Ports) -> None:
    sounds = [noise(4, -36), voice(4, -20)]

    hiss, spoken = await heard_in_rooms(line, ports, sounds, RoomSound(denoise=True))

    assert hiss < -36 - 8
    assert spoken == pytest.approx(-20, abs=3)


async def test_without_it_noise_stays(line: Line, ports: Ports) -> None:
    hiss, _ = await heard_in_rooms(line, ports, [noise(4, -36), voice(4, -20)], RoomSound())

    assert hiss == pytest.approx(-36, abs=1)


@pytest.mark.parametrize(("widest_hz", "mixes_at_hz"), [(8000, 8000), (16000, 16000), (48000, 16000)])
async def test_a_room_is_no_wider_than_it_may_be(
    open_line: OpenLine, ports: Ports, tmp_path: Path, widest_hz: int, mixes_at_hz: int
) -> None:
    """No codec of ours is wider than 16 kHz."""
    said = tone([900, 6000], 8, rate_hz=16000).save(tmp_path / "voice.wav")
    kept = tmp_path / "kept.wav"
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line(codecs=["G722", "PCMA"]))
        room = await line.agent.bridge.open_room(RoomSound(widest_hz))
        target = f"sip:+3225550199@127.0.0.1:{line.port}"
        wide = []
        for options in (["--play", str(said)], ["--record", str(kept)]):
            await stack.enter_async_context(phone("--dial", target, *options))
            leg, _ = await line.takes()
            wide.append(Watch(leg).start())
            await leg.answer()
            await wide[-1].sees(MediaChanged)
            await room.place(leg.id, Attendance())
        await asyncio.sleep(2)

        assert await room.rate_hz() == mixes_at_hz

        for call in wide:
            await call.leg.hang_up()
            await call.ends()
    heard = Sound.of_file(kept)
    assert hears(heard, 900, seconds=0.5)
    assert hears(heard, 6000, seconds=0.5) is (mixes_at_hz > 12000)
