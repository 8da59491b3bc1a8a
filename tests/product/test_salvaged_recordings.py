"""What the next process does for recordings whose own was killed: trims and tells of them as their end would be."""

import asyncio
import hashlib
import signal
from pathlib import Path

import pytest

from tests.peers.audio import Sound, longest_gap, when_heard
from tests.peers.callers import calling, has
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.waiting import HELD_UP_S
from tests.product.test_conference_recordings import recordings
from tests.product.test_paused_recordings import WAITS, changed, marks_of, started

pytestmark = pytest.mark.sip

HZ = 600
DIED = "ended without closing it"


async def test_after_a_kill_it_is_trimmed_and_told_of_with_the_reason(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    start = {"trim": "trim-silence", "track": "inbound", "channels": "mono", "status_callback": shop.url("/recorded")}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, HZ) as (caller,):
        await telefoon.call_when(caller.call_id, "in-progress")
        assert (await telefoon.patch(f"calls/{caller.call_id}", {"mute": True}))[0] == 200
        await started(telefoon, caller.call_id, **start)
        await asyncio.sleep(5)
        await telefoon.patch(f"calls/{caller.call_id}", {"mute": False})
        await asyncio.sleep(2)
        requests_s = await changed(telefoon, caller.call_id, "pause")
        await asyncio.sleep(2 * HELD_UP_S)
        requests_s += await changed(telefoon, caller.call_id, "resume")
        await asyncio.sleep(4)
        await telefoon.end(signal.SIGKILL)
        await telefoon.start()
        [told] = await shop.is_asked("/recorded")
        noted = await telefoon.noted(caller.call_id, "recording_closed")
        row, wav = await telefoon.recording(tmp_path)

    assert (told["RecordingStatus"], told["RecordingSid"], told["CallSid"]) == ("completed", row["id"], caller.call_id)
    assert DIED in told["ErrorMessage"]
    assert told["RecordingSha256"] == row["sha256"] == hashlib.sha256(wav.read_bytes()).hexdigest()
    assert int(told["RecordingSizeBytes"]) == row["size_bytes"] == wav.stat().st_size
    assert (noted["status"], noted["sha256"]) == ("completed", row["sha256"])
    assert DIED in noted["reason"]
    sound = Sound.of_file(wav)
    assert when_heard(sound, HZ)[0].start_s < 0.5, "five seconds of silence were cut off"
    assert marks_of(row) == ["paused", "resumed"]
    pause = longest_gap(sound, HZ)
    assert row["marks"][0]["at_seconds"] == pytest.approx(pause.start_s, abs=HELD_UP_S + requests_s)
    assert row["marks"][1]["at_seconds"] == pytest.approx(pause.end_s, abs=HELD_UP_S + requests_s)


async def test_after_a_kill_a_conferences_recordings_are_told_of_too(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    options = (
        'record="record-from-start" recordedTracks="participants" '
        'recordingStatusCallback="/recorded" recordingStatusCallbackEvent="completed failed"'
    )
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {options}>desk</Conference></Dial></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, HZ) as (caller,):
        await has(telefoon, "desk", 1, within_s=10)
        await telefoon.noted(caller.call_id, "recording_started")
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        await asyncio.sleep(3)
        await telefoon.end(signal.SIGKILL)
        await telefoon.start()
        told = await shop.is_asked("/recorded", times=2)
        found = await recordings(telefoon, room, tmp_path)

    assert {each["RecordingSid"] for each in told} == {row["id"] for row, _ in found}
    for each in told:
        assert (each["RecordingStatus"], each["ConferenceSid"], each["CallSid"]) == ("completed", room, caller.call_id)
        assert DIED in each["ErrorMessage"]
