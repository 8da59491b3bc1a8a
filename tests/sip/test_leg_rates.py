"""Legs of a telephone's rate on a wider bridge: each sounds as it would on a bridge of its own rate."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from engine.ports import Ear, Heard, Said
from tests.peers.audio import Sound, hears, joined, silence, tone, when_heard
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.sip.conftest import Line, OpenLine
from tests.sip.heard_calls import called

pytestmark = pytest.mark.sip

WIDE_HZ = 16000


@pytest.fixture
async def wide_line(open_line: OpenLine) -> AsyncIterator[Line]:
    """It mixes at 16 kHz, as it does with the codecs that it has unless told otherwise."""
    async with open_line(codecs=["G722", "PCMA"]) as line:
        assert line.agent.bridge.rate_hz == WIDE_HZ
        yield line


async def test_a_prompt_is_as_loud_and_nothing_of_it_is_heard_as_another_tone(
    wide_line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    both = tone([1000, 6000], 3, dbov=-15, rate_hz=WIDE_HZ).save(tmp_path / "prompt.wav")
    async with called(wide_line, ports, ear) as call:
        await wide_line.agent.bridge.play(both, to=[Ear(call.leg.id)])
        await asyncio.sleep(2)

        heard = ear.heard(ear.now_s - 1)

    assert hears(heard, 1000, seconds=0.9)
    assert heard.level_dbov == pytest.approx(-18, abs=0.5)  # without the other tone
    assert not hears(heard, 2000), "6 kHz at half the rate"


async def test_a_prompt_is_heard_to_its_end_and_then_nothing(
    wide_line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    prompt = joined(silence(0.5, rate_hz=WIDE_HZ), tone(800, 1.5, rate_hz=WIDE_HZ)).save(tmp_path / "prompt.wav")
    async with called(wide_line, ports, ear) as call:
        playing = await wide_line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await asyncio.wait_for(playing.finished(), 10)
        await asyncio.sleep(0.5)

        heard = ear.heard()

    sounding = when_heard(heard, 800)
    assert len(sounding) == 1, "without a gap"
    assert sounding[0].seconds == pytest.approx(1.5, abs=0.06)


async def test_both_sides_of_a_recording_are_as_loud_as_they_were(
    wide_line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    bridge = wide_line.agent.bridge
    prompt = tone(700, 4, dbov=-20, rate_hz=WIDE_HZ).save(tmp_path / "prompt.wav")
    async with called(wide_line, ports, ear) as call:
        ear.say(tone(3000, 1, dbov=-15), for_ever=True)
        await bridge.play(prompt, to=[Ear(call.leg.id)])
        await asyncio.sleep(0.5)
        recorder = await bridge.record(tracks=[[Said(call.leg.id)], [Heard(call.leg.id)]])
        await asyncio.sleep(1.5)
        await recorder.stop()
        taken = np.frombuffer(recorder.take(), np.int16).reshape(-1, 2)
        recorder.close()

    said, heard = (Sound.of_pcm(taken[:, track], bridge.rate_hz).part(0.2) for track in (0, 1))
    assert hears(said, 3000, seconds=1)
    assert said.level_dbov == pytest.approx(-15, abs=0.5), "and no image of it at 5 kHz"
    assert heard.level_dbov == pytest.approx(-20, abs=0.5)
