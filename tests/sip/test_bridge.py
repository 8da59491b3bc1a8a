"""The bridge: what is joined is heard, and a port is given anew only once it is free."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.errors import MediaError, RecordingError
from engine.ports import Answered, DialRequest, Ear, MediaChanged, Said
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, Watch

pytestmark = pytest.mark.sip

TONES = (400, 700, 1000)


async def test_three_legs_joined_hear_the_other_two_and_not_themselves(line: Line, ports: Ports) -> None:
    async with AsyncExitStack() as stack:
        ears = [stack.enter_context(RtpEar()) for _ in TONES]
        calls = []
        for ear in ears:
            script = scenario(is_called(), gets_bye())
            far_end = await stack.enter_async_context(sipp(script, ports, keys={"ear": ear.port}))
            target = f"sip:+3225550199@127.0.0.1:{far_end.port}"
            call = Watch(await line.agent.dial(DialRequest(target, "+3225550100", "CA1"))).start()
            await call.sees(Answered)
            await call.sees(MediaChanged)
            ear.follow((await far_end.gets("INVITE")).sdp)
            calls.append(call)
        for ear, hz in zip(ears, TONES, strict=True):
            ear.say(tone(hz, 2, dbov=-18), for_ever=True)

        for speaker in calls:
            for listener in calls:
                if speaker is not listener:
                    await line.agent.bridge.connect(Said(speaker.leg.id), Ear(listener.leg.id))
        await asyncio.sleep(3)

        for ear, own in zip(ears, TONES, strict=True):
            for hz in TONES:
                assert hears(ear.heard(), hz, seconds=1.5) is (hz != own), (own, hz)
        first = calls[0].leg.id
        await line.agent.bridge.disconnect(Said(calls[1].leg.id), Ear(first))
        await asyncio.sleep(0.5)
        since = ears[0].now_s
        await asyncio.sleep(1)
        assert not hears(ears[0].heard(since), TONES[1])
        assert hears(ears[0].heard(since), TONES[2])
        for call in calls:
            await call.leg.hang_up()
            await call.ends()


async def test_a_port_that_is_taken_again_at_once_carries_only_its_new_sound(line: Line, tmp_path: Path) -> None:
    """pjproject issues 4526 and 4706: the bridge adds and removes asynchronously."""
    bridge = line.agent.bridge
    files = {hz: tone(hz, 3, rate_hz=8000).save(tmp_path / f"{hz}.wav") for hz in (500, 900)}
    for round_ in range(40):
        hz, other = (500, 900) if round_ % 2 else (900, 500)
        player = await bridge.play(files[hz], to=[])
        recorder = await bridge.record(tmp_path / f"round-{round_}.wav", tracks=[[player.source]])
        await asyncio.sleep(0.25)
        await player.stop()
        recorded = Sound.of_file((await recorder.stop()).path)
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
        await line.agent.bridge.record(tmp_path / "file" / "r.wav", tracks=[[]])
