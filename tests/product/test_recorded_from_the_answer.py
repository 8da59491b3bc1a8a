"""A call that is to be recorded, whatever its flow does first: asked and recorded from its answer on."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from engine.model.consent import Sentence
from tests.peers.audio import Sound, contains, hears, tone
from tests.peers.phone import phone
from tests.peers.platform import OURS, platform
from tests.peers.ports import Ports
from tests.peers.spoken import ALIKE, about_recording

pytestmark = pytest.mark.sip

serving = partial(platform, notice=OURS)

HZ = 700
TO = "+3225550199"


async def test_a_flow_that_only_waits_is_recorded_and_the_far_end_told(tmp_path: Path, ports: Ports) -> None:
    heard, voice = tmp_path / "heard.wav", tone(HZ, 60, dbov=-24).save(tmp_path / "voice.wav")
    async with (
        phone("--play", str(voice), "--record", str(heard)) as far_end,
        serving(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        flow = '<Response><Pause length="5"/></Response>'
        call = await telefoon.place(TO, record=True, consent="announce", tts_language="en-GB", flow=flow)
        await far_end.tells("recorded", within_s=60)
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        notice = about_recording(telefoon, tmp_path, Sentence.ANNOUNCEMENT)

    assert contains(Sound.of_file(heard), notice).score > ALIKE
    assert recording["source"] == "call"
    assert hears(Sound.of_file(wav, 1), HZ, seconds=3), "the pause, but for what a busy machine loses"


async def test_another_flow_that_comes_while_it_is_told_leaves_it_recorded(tmp_path: Path, ports: Ports) -> None:
    voice = tone(HZ, 60, dbov=-24).save(tmp_path / "voice.wav")
    async with (
        phone("--play", str(voice)) as far_end,
        serving(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        flow = '<Response><Pause length="30"/></Response>'
        call = await telefoon.place(TO, record=True, consent="announce", tts_language="en-GB", flow=flow)
        await telefoon.noted(call["id"], "verb")
        await asyncio.sleep(1)
        other = '<Response><Pause length="4"/></Response>'
        await telefoon.patch(f"calls/{call['id']}", {"flow": other})
        await far_end.tells("hung_up", within_s=60)
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])

    assert recording["status"] == "completed"
    assert hears(Sound.of_file(wav, 1), HZ, seconds=1.5)
