"""What a pause leaves in a recording (payment data): silence, or nothing; and where it is marked."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, longest_gap, tone, when_heard
from tests.peers.callers import calling, has
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.waiting import HELD_UP_S
from tests.product.test_conference_recordings import ALIGNED_S, recordings

pytestmark = pytest.mark.sip

BEFORE, SECRET, AFTER = 400, 700, 1000
WAITS = '<Response><Gather timeout="60"/></Response>'


async def changed(telefoon: Platform, call_id: str, action: str, **more: object) -> float:
    """Within how many seconds it was done."""
    began = time.monotonic()
    status, answer = await telefoon.patch(f"calls/{call_id}", {"recording": {"action": action, **more}})
    assert status == 200, answer
    return time.monotonic() - began


async def started(telefoon: Platform, call_id: str, **more: object) -> str:
    """The identifier of a recording that runs."""
    await telefoon.call_when(call_id, "in-progress")
    await changed(telefoon, call_id, "start", **more)
    recording: str = (await telefoon.noted(call_id, "recording_started"))["recording"]
    return recording


def marks_of(row: Json) -> list[str]:
    return [each["kind"] for each in row["marks"]]


async def test_a_skipped_pause_leaves_nothing_and_is_marked_and_told(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    told_of = ["in-progress", "paused", "resumed", "completed"]
    start = {"status_callback": shop.url("/recorded"), "status_callback_events": told_of}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, BEFORE) as (caller,):
        recording = await started(telefoon, caller.call_id, **start)
        await asyncio.sleep(3)
        requests_s = await changed(telefoon, caller.call_id, "pause", pause_behavior="skip")
        paused = await telefoon.get(f"recordings/{recording}")
        caller.ear.say(tone(SECRET, 2, dbov=-24), for_ever=True)
        await asyncio.sleep(3)
        caller.ear.say(tone(AFTER, 2, dbov=-24), for_ever=True)
        await asyncio.sleep(1)
        requests_s += await changed(telefoon, caller.call_id, "resume")
        await asyncio.sleep(3)
        await changed(telefoon, caller.call_id, "stop")
        row, wav = await telefoon.recording(tmp_path)
        await telefoon.noted(caller.call_id, "recording_closed")
        events = {each["kind"]: each["facts"] for each in await telefoon.events(caller.call_id)}
        forms = await shop.is_asked("/recorded", times=4)

    said, heard = Sound.of_file(wav, 0), Sound.of_file(wav, 1)
    assert hears(said, BEFORE, seconds=1)
    assert hears(said, AFTER, seconds=1)
    assert not hears(said, SECRET)
    assert said.seconds == heard.seconds == pytest.approx(row["seconds"])
    before, after = when_heard(said, BEFORE)[-1], when_heard(said, AFTER)[0]
    assert after.start_s - before.end_s < HELD_UP_S + requests_s
    assert (paused["status"], marks_of(paused)) == ("paused", ["paused"])
    first, second = row["marks"]
    assert marks_of(row) == ["paused", "resumed"]
    assert second["at_seconds"] - first["at_seconds"] == pytest.approx(0, abs=0.1 + requests_s)
    assert before.end_s <= first["at_seconds"] + 0.5 + requests_s
    assert second["at_seconds"] <= after.start_s + HELD_UP_S
    assert second["paused_seconds"] > 4
    assert first["pause_behavior"] == "skip"
    by_the_clock = events.get("recording_length_mismatch", {"wanted_s": row["seconds"]})
    assert by_the_clock["wanted_s"] == pytest.approx(row["seconds"], abs=HELD_UP_S)
    assert events["recording_paused"]["at_seconds"] == first["at_seconds"]
    assert events["recording_resumed"]["paused_seconds"] == second["paused_seconds"]
    assert events["recording_closed"]["sha256"] == row["sha256"]
    assert events["recording_closed"]["size_bytes"] == row["size_bytes"]
    assert events["recording_closed"]["url"].endswith(row["audio_url"])
    assert [form["RecordingStatus"] for form in forms] == told_of
    assert (forms[1]["PauseBehavior"], float(forms[1]["RecordingOffset"])) == ("skip", first["at_seconds"])
    assert float(forms[2]["PauseDuration"]) == second["paused_seconds"]
    assert (forms[3]["RecordingSha256"], forms[3]["RecordingSizeBytes"]) == (row["sha256"], str(row["size_bytes"]))
    assert forms[3]["RecordingUrl"].endswith(row["audio_url"])


async def test_what_a_pause_leaves_is_a_setting_that_a_request_goes_before(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    settings = {"RECORDING_PAUSE": "skip"}
    async with (
        platform(tmp_path, ports, settings, number=number) as telefoon,
        calling(telefoon, ports, BEFORE) as (caller,),
    ):
        await started(telefoon, caller.call_id, channels="mono", track="inbound")
        requests_s = []
        for asked in ({}, {"pause_behavior": "silence"}):
            await asyncio.sleep(2)
            pausing_s = await changed(telefoon, caller.call_id, "pause", **asked)
            await asyncio.sleep(2 * HELD_UP_S)
            requests_s.append(pausing_s + await changed(telefoon, caller.call_id, "resume"))
        await asyncio.sleep(2)
        refused, problem = await telefoon.patch(
            f"calls/{caller.call_id}", {"recording": {"action": "resume", "pause_behavior": "skip"}}
        )
        await changed(telefoon, caller.call_id, "stop")
        row, wav = await telefoon.recording(tmp_path)

    assert [each["pause_behavior"] for each in row["marks"]] == ["skip", "skip", "silence", "silence"]
    skipped, went_on, hushed, again = (each["at_seconds"] for each in row["marks"])
    assert went_on - skipped < 0.1 + requests_s[0]
    assert again - hushed == pytest.approx(row["marks"][3]["paused_seconds"], abs=0.1)
    hush = longest_gap(Sound.of_file(wav), BEFORE)
    assert hush.seconds == pytest.approx(again - hushed, abs=HELD_UP_S + requests_s[1])
    assert hush.start_s == pytest.approx(hushed, abs=HELD_UP_S + requests_s[1])
    assert (refused, problem["errors"][0]["field"]) == (422, "recording.pause_behavior")


async def test_trimming_moves_the_marks(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    voice = tone(BEFORE, 60, dbov=-24).save(tmp_path / "voice.wav")
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon:
        dial = ("--dial", f"sip:+3225550100@127.0.0.1:{telefoon.sip_port}", "--from", "+3225550177")
        async with phone(*dial, "--play", str(voice)) as caller:
            await caller.tells("answered")
            call = (await telefoon.newest_call())["id"]
            await telefoon.call_when(call, "in-progress")
            assert (await telefoon.patch(f"calls/{call}", {"mute": True}))[0] == 200
            await started(telefoon, call, channels="mono", track="inbound", trim="trim-silence")
            await asyncio.sleep(5)
            await telefoon.patch(f"calls/{call}", {"mute": False})
            await asyncio.sleep(2)
            requests_s = await changed(telefoon, call, "pause")
            await asyncio.sleep(2 * HELD_UP_S)
            requests_s += await changed(telefoon, call, "resume")
            await asyncio.sleep(2)
            await changed(telefoon, call, "stop")
            row, wav = await telefoon.recording(tmp_path)

    sound = Sound.of_file(wav)
    assert when_heard(sound, BEFORE)[0].start_s < 0.5, "five seconds of silence were cut off"
    paused, resumed = (each["at_seconds"] for each in row["marks"])
    pause = longest_gap(sound, BEFORE)
    assert paused == pytest.approx(pause.start_s, abs=HELD_UP_S + requests_s)
    assert resumed == pytest.approx(pause.end_s, abs=HELD_UP_S + requests_s)


@pytest.mark.alone("tracks are compared to a quarter of a second")
async def test_a_conferences_tracks_stay_aligned_with_its_mix_through_a_gap(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    options = 'record="record-from-start" recordedTracks="participants"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {options}>desk</Conference></Dial></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, 400) as (first,):
        await telefoon.noted(first.call_id, "recording_started")
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        await asyncio.sleep(1)
        paused = await telefoon.patch(f"conferences/{room}", {"recording": "pause", "pause_behavior": "skip"})
        async with calling(telefoon, ports, 700) as (second,):
            await has(telefoon, "desk", 2, within_s=15)
            await asyncio.sleep(1)
            await telefoon.patch(f"conferences/{room}", {"recording": "resume"})
            await asyncio.sleep(2)
            await telefoon.patch(f"conferences/{room}", {"status": "completed"})
            await second.far_end.finishes()
        (mix, mixed), (one, alone), (other, late) = await recordings(telefoon, room, tmp_path)

    assert paused[0] == 200
    for row in (mix, one, other):
        assert marks_of(row) == ["paused", "resumed"]
        assert row["marks"][1]["at_seconds"] == pytest.approx(mix["marks"][1]["at_seconds"], abs=ALIGNED_S)
    for track in (alone, late):
        assert track.seconds == pytest.approx(mixed.seconds, abs=ALIGNED_S)
    there, here = when_heard(mixed, 700, least_s=1)[0], when_heard(late, 700, least_s=1)[0]
    assert (here.start_s, here.end_s) == pytest.approx((there.start_s, there.end_s), abs=ALIGNED_S)
