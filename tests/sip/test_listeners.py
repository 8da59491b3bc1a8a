"""Those who only listen: nothing that they say is decoded, and what they are sent is encoded once for all."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from engine.ports import Attendance, DigitPressed, MediaChanged, Said
from engine.recordings.files.wav_recording import WavRecording
from tests.peers.audio import Sound, hears, tone, tone_track, when_heard
from tests.peers.phone import phone
from tests.peers.ports import Ports
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.guests import guests, talk
from tests.sip.passing import figures, holds

pytestmark = pytest.mark.sip

MUTED = Attendance(speaks=False)


async def test_the_keys_of_one_who_is_muted_arrive(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (plain, muted):
        room = await line.agent.bridge.open_room()
        await room.place(plain.leg, Attendance())
        await room.place(muted.leg, MUTED)
        await muted.ear.hears(plain.hz, within_s=5)

        muted.ear.press("42#")

        for number, digit in enumerate("42#", start=1):
            assert (await muted.call.sees(DigitPressed, times=number)).digit == digit


async def test_who_is_unmuted_is_heard_as_it_speaks_now(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (plain, muted):
        room = await line.agent.bridge.open_room()
        await room.place(plain.leg, Attendance())
        await room.place(muted.leg, MUTED)
        await muted.ear.hears(plain.hz, within_s=5, seconds=1)
        await talk(room, [plain])
        muted.ear.say(tone(2000, 2, dbov=-24), for_ever=True)
        before = await figures(line, muted.leg, lambda now: now.packets_received > 0)
        await figures(line, muted.leg, lambda now: now.packets_received > before.packets_received + 5)
        since = plain.ear.now_s

        await room.place(muted.leg, Attendance())

        await plain.ear.hears(2000, within_s=3, seconds=1, since_s=since)
        assert not hears(plain.ear.heard(since), muted.hz, seconds=0.1)  # what it said while it was muted
        await talk(room, [plain, muted])


async def test_a_recorder_hears_one_who_is_muted_in_the_room_alone(line: Line, ports: Ports, tmp_path: Path) -> None:
    async with guests(line, ports, 2) as (plain, muted):
        room = await line.agent.bridge.open_room()
        await room.place(plain.leg, Attendance())
        await room.place(muted.leg, MUTED)
        await muted.ear.hears(plain.hz, within_s=5)

        recorder = await WavRecording.begin(line.agent.bridge, tmp_path / "said.wav", [[Said(muted.leg)]])
        heard = await plain.hears_of([plain, muted])
        await holds(tmp_path / "said.wav", muted.hz, seconds=0.5)
        recorded = await recorder.stop()

        assert heard == set()
        assert hears(Sound.of_file(recorded.path), muted.hz, seconds=0.5)


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMA"])
@pytest.mark.alone("how clean a sound is is measured in each 40 ms")
async def test_one_who_listens_then_speaks_and_listens_again_hears_the_others_cleanly(
    open_line: OpenLine, ports: Ports, tmp_path: Path, codec: str
) -> None:
    """With Opus, encoders take over from each other where it begins to speak and to listen: no far end may notice."""
    voice = tone(1500, 60, dbov=-24, rate_hz=16000).save(tmp_path / "voice.wav")
    kept = [tmp_path / f"{number}.wav" for number in range(3)]
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line(codecs=dict.fromkeys([codec, "PCMA"])))
        (steady,) = await stack.enter_async_context(guests(line, ports, 1))
        room = await line.agent.bridge.open_room()
        await room.place(steady.leg, Attendance())
        target = f"sip:+3225550199@127.0.0.1:{line.port}"
        listeners = []
        for wav in kept:
            await stack.enter_async_context(phone("--dial", target, "--record", str(wav), "--play", str(voice)))
            leg, _ = await line.takes()
            listeners.append(Watch(leg).start())
            await leg.answer()
            assert (await listeners[-1].sees(MediaChanged)).codec.lower() == codec.lower()
            await room.place(leg.id, MUTED)
        await asyncio.sleep(1.5)

        for _ in range(4):
            await room.place(listeners[0].leg.id, Attendance())
            await asyncio.sleep(1.3)
            await room.place(listeners[0].leg.id, MUTED)
            await asyncio.sleep(1.3)

        for call in listeners:
            await call.leg.hang_up()
            await call.ends()
    alone = [Sound.of_file(wav) for wav in kept]
    for sound in alone:
        assert when_heard(sound, steady.hz, least_s=8), "without a gap"
    assert not hears(alone[0], 1500)  # itself
    assert all(hears(sound, 1500, seconds=0.4) for sound in alone[1:])
    assert roughness(alone[0], steady.hz) < -20


def roughness(sound: Sound, hz: int) -> float:
    """The level of all but the tone, in dB, in the roughest 40 ms but for 3 % of them, jitter buffers' due."""
    size, step = round(0.04 * sound.rate_hz), round(0.02 * sound.rate_hz)
    level = tone_track(sound, hz)
    heard = np.flatnonzero(level > np.median(level) - 3)
    time_s = np.arange(size) / sound.rate_hz
    sines = np.stack([np.sin(2 * np.pi * hz * time_s), np.cos(2 * np.pi * hz * time_s)], axis=1)
    rough = []
    for at in range(heard[0] + 10, heard[-1] - 10):
        piece = sound.samples[at * step : at * step + size]
        rest = piece - sines @ np.linalg.lstsq(sines, piece, rcond=None)[0]
        if np.any(piece):
            rough.append(10 * float(np.log10(np.mean(rest**2) / np.mean(piece**2) + 1e-10)))
    return float(np.percentile(rough, 97))


@pytest.mark.alone("how long a word is heard is measured")
async def test_who_was_silent_is_heard_from_its_first_word_on(line: Line, ports: Ports) -> None:
    """Silence is left out of the mix; what comes after it is not."""
    async with guests(line, ports, 2) as (plain, quiet):
        room = await line.agent.bridge.open_room()
        for guest in (plain, quiet):
            await room.place(guest.leg, Attendance())
        quiet.ear.hush()
        await asyncio.sleep(2.5)
        since = plain.ear.now_s

        quiet.ear.say(tone(2000, 0.5, dbov=-24))

        await plain.ear.hears(2000, within_s=5, seconds=0.4, since_s=since)
        await asyncio.sleep(0.5)
        (word,) = when_heard(plain.ear.heard(since), 2000)
        assert 0.47 < word.seconds < 0.6  # a jitter buffer may make it a frame or two longer
