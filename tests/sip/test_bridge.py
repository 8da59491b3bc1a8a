"""The bridge: what is joined is heard, and a port is given anew only once it is free."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError, RecordingError
from engine.ports import Ear, Said
from engine.recordings.files.wav_recording import WavRecording
from tests.peers.audio import Sound, hears, tone
from tests.peers.ports import Ports
from tests.sip.conftest import Line
from tests.sip.guests import guests
from tests.sip.passing import sound_passes

pytestmark = pytest.mark.sip


async def test_three_legs_joined_hear_the_other_two_and_not_themselves(line: Line, ports: Ports) -> None:
    bridge = line.agent.bridge
    async with guests(line, ports, 3) as joined:
        for speaker in joined:
            for listener in joined:
                if speaker is not listener:
                    await bridge.connect(Said(speaker.leg), Ear(listener.leg))

        for guest in joined:
            others = [each for each in joined if each is not guest]
            assert await guest.hears_of(joined, wanted=others, seconds=1.5) == {each.hz for each in others}
        first, second, third = joined
        await bridge.disconnect(Said(second.leg), Ear(first.leg))
        await asyncio.sleep(0.5)
        assert await first.hears_of([second, third], wanted=[third]) == {third.hz}


async def test_a_port_that_is_taken_again_at_once_carries_only_its_new_sound(line: Line, tmp_path: Path) -> None:
    """pjproject issues 4526 and 4706: the bridge adds and removes asynchronously."""
    bridge = line.agent.bridge
    files = {hz: tone(hz, 3, rate_hz=8000).save(tmp_path / f"{hz}.wav") for hz in (500, 900)}
    for round_ in range(40):
        hz, other = (500, 900) if round_ % 2 else (900, 500)
        player = await bridge.play(files[hz], to=[])
        recorder = await bridge.record(tracks=[[player.source]])
        await sound_passes(bridge, 0.25)
        await player.stop()
        await recorder.stop()
        recorded = Sound.of_pcm(np.frombuffer(recorder.take(), np.int16), bridge.rate_hz)
        recorder.close()
        assert hears(recorded, hz, seconds=0.12), round_
        assert not hears(recorded, other, seconds=0.05), round_


async def test_what_is_no_sound_can_not_be_played_and_where_nothing_may_be_written_nothing_is_recorded(
    line: Line, tmp_path: Path
) -> None:
    nonsense = tmp_path / "nonsense.wav"
    nonsense.write_text("nonsense")
    with pytest.raises(MediaError):
        await line.agent.bridge.play(nonsense, to=[])
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError):
        await WavRecording.begin(line.agent.bridge, tmp_path / "file" / "r.wav", [[]])


async def test_what_is_cancelled_while_it_begins_is_heard_by_nobody(line: Line, ports: Ports, tmp_path: Path) -> None:
    bridge = line.agent.bridge
    ringback = tone(425, 2, rate_hz=8000).save(tmp_path / "ringback.wav")
    async with guests(line, ports, 1) as (guest,):
        for turns in range(4):
            beginning = asyncio.create_task(bridge.play(ringback, to=[Ear(guest.leg)], loop=True))
            for _ in range(turns):
                await asyncio.sleep(0)
            beginning.cancel()
            await asyncio.wait({beginning})
        await asyncio.sleep(0.5)
        since = guest.ear.now_s
        await asyncio.sleep(1.5)

        assert not hears(guest.ear.heard(since), 425)
