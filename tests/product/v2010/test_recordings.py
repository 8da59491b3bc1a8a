"""Recordings, by the real client of programs: start, pause, go on, stop, list, download, delete."""

import asyncio
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from twilio.rest import Client

from tests.peers.audio import Sound, hears, tone
from tests.peers.callers import calling
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.twilio_client import does, refusal, twilio_client

pytestmark = pytest.mark.sip

BEFORE, SECRET, AFTER = 400, 700, 1000
WAITS: Final = '<Response><Gather timeout="60"/></Response>'
CURRENT: Final = "Twilio.CURRENT"


async def downloaded(client: Client, url: str, into: Path) -> str:
    """The media type of what is at the URL for the client's account, which is now in a file."""
    headers = {"Authorization": aiohttp.encode_basic_auth(client.username, client.password)}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == 200, await response.text()
        into.write_bytes(await response.read())
        return response.content_type


async def closed(client: Client, sid: str) -> Any:
    """The recording once it is completed."""
    async with asyncio.timeout(20):
        while (found := await does(client.recordings(sid).fetch)).status != "completed":
            await asyncio.sleep(0.1)
    return found


async def test_a_call_is_recorded_paused_and_stopped_and_what_is_heard_is_downloaded(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, BEFORE) as (caller,):
        await telefoon.call_when(caller.call_id, "in-progress")
        client = twilio_client(telefoon)
        of_call = client.calls(caller.call_id).recordings

        begun = await does(
            of_call.create,
            recording_channels="dual",
            recording_status_callback=shop.url("/recorded"),
            recording_status_callback_event=["in-progress", "completed"],
        )
        await asyncio.sleep(2)
        paused = await does(client.calls(caller.call_id).recordings(CURRENT).update, "paused", pause_behavior="skip")
        caller.ear.say(tone(SECRET, 2, dbov=-24), for_ever=True)
        await asyncio.sleep(2)
        caller.ear.say(tone(AFTER, 2, dbov=-24), for_ever=True)
        await asyncio.sleep(1)
        resumed = await does(client.calls(caller.call_id).recordings(begun.sid).update, "in-progress")
        await asyncio.sleep(2)
        await does(client.calls(caller.call_id).recordings(CURRENT).update, "stopped")
        recording = await closed(client, begun.sid)
        told = await shop.is_asked("/recorded", times=2)
        listed = await does(client.recordings.list, call_sid=caller.call_id)
        of_this = await does(of_call.list)
        again = await refusal(client.calls(caller.call_id).recordings(begun.sid).update, "paused")
        wav, mp3 = tmp_path / "heard.wav", tmp_path / "heard.mp3"
        media_types = [
            await downloaded(client, f"{recording.media_url}{suffix}", into)
            for suffix, into in (("", wav), (".wav", wav), (".mp3", mp3))
        ]
        await does(client.recordings(begun.sid).delete)
        gone = await refusal(client.recordings(begun.sid).fetch)
        kept = await does(client.recordings(begun.sid).fetch, include_soft_deleted=True)

    assert (begun.status, paused.status, resumed.status) == ("in-progress", "paused", "in-progress")
    assert (begun.call_sid, begun.source, begun.channels) == (caller.call_id, "StartCallRecordingAPI", 2)
    assert {form["RecordingSid"] for form in told} == {begun.sid}
    assert [each.sid for each in listed] == [each.sid for each in of_this] == [begun.sid]
    assert int(recording.duration) >= 2
    assert again == (400, 21220)
    assert media_types == ["audio/wav", "audio/wav", "audio/mpeg"]
    heard = Sound.of_file(wav, channel=0)
    assert hears(heard, BEFORE, seconds=1)
    assert hears(heard, AFTER, seconds=1)
    assert not hears(heard, SECRET)
    assert mp3.stat().st_size > 1000
    assert (gone, kept.status) == ((404, 20404), "deleted")


async def test_what_was_begun_is_absent_until_there_is_consent_and_has_its_id_afterwards(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), "--consent": "press-to-consent"}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, BEFORE) as (caller,):
        await telefoon.call_when(caller.call_id, "in-progress")
        client = twilio_client(telefoon)

        begun = await does(client.calls(caller.call_id).recordings.create)
        before = await does(client.recordings.list)
        caller.ear.say(tone(AFTER, 2, dbov=-24), for_ever=True)
        caller.ear.press("1")
        await telefoon.noted(caller.call_id, "recording_started")
        await asyncio.sleep(2)
        await does(client.calls(caller.call_id).update, status="completed")
        recording = await closed(client, begun.sid)
        wav = tmp_path / "heard.wav"
        await downloaded(client, recording.media_url, wav)

    assert (begun.status, before) == ("absent", [])
    assert hears(Sound.of_file(wav), AFTER, seconds=1)
    assert not hears(Sound.of_file(wav), BEFORE)


async def test_a_conference_is_recorded_paused_and_found_at_its_own_place(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Dial><Conference beep="false" record="record-from-start">desk</Conference></Dial></Response>'
    )
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, BEFORE, SECRET):
        client = twilio_client(telefoon)
        (room,) = await does(client.conferences.list, friendly_name="desk")
        of_room = client.conferences(room.sid).recordings

        async def under_way() -> str | None:
            return next((each.sid for each in await does(of_room.list)), None)

        sid = await telefoon.happening.see(under_way, 20)
        paused = await does(client.conferences(room.sid).recordings(CURRENT).update, "paused")
        resumed = await does(client.conferences(room.sid).recordings(sid).update, "in-progress")
        await does(client.conferences(room.sid).update, status="completed")
        recording = await closed(client, sid)

    assert (paused.sid, paused.status, resumed.status) == (sid, "paused", "in-progress")
    assert (recording.conference_sid, recording.source) == (room.sid, "Conference")
