"""The verb Record: what the file holds, and who is told."""

from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


def dialling(telefoon: Platform, *more: str) -> list[str]:
    return ["--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", "+3225550177", *more]


async def test_two_channels_hold_one_side_each_and_the_callback_is_told(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Record maxLength="3" timeout="0" playBeep="false" recordingChannels="dual" recordingTrack="both" '
        'recordingStatusCallback="/recording" recordingStatusCallbackEvent="in-progress completed" action="/done"/>'
        "</Response>"
    )
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    voice = tone(600, 30).save(tmp_path / "voice.wav")
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--play", str(voice))) as caller,
    ):
        await caller.tells("hung_up", within_s=40)
        told = await shop.is_asked("/recording", times=2)
        recording, wav = await telefoon.recording(tmp_path)

    assert [form["RecordingStatus"] for form in told] == ["in-progress", "completed"]
    assert recording["channels"] == 2
    assert hears(Sound.of_file(wav, channel=0), 600, seconds=2.5)
    assert not hears(Sound.of_file(wav, channel=1), 600)


async def test_silence_ends_it_and_is_trimmed(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    """The caller says something for two seconds of the recording at most, then nothing."""
    shop.flows["/start"] = (
        '<Response><Record timeout="2" playBeep="false" trim="trim-silence" action="/done"/></Response>'
    )
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    heard = tmp_path / "heard.wav"
    voice = tone(600, 9).save(tmp_path / "voice.wav")
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--play", str(voice), "--record", str(heard))) as caller,
    ):
        await caller.tells("hung_up", within_s=40)
        recording, wav = await telefoon.recording(tmp_path)

    message = Sound.of_file(wav)
    assert recording["status"] == "completed"
    assert hears(message, 600, seconds=message.seconds * 0.8)
