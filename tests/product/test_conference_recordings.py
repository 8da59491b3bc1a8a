"""Recordings of conferences, by REST and by the flow: the mix, and each participant beside it."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from engine.model.consent import Sentence
from tests.peers.audio import Sound, hears, longest_gap, when_heard
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import OURS, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import about_recording, is_told
from tests.peers.waiting import HELD_UP_S, lasting
from tests.running.pace import patience

pytestmark = pytest.mark.sip

ALIGNED_S = 0.25
"""Between a conference's recorders, which begin and stop one after the other. What is looked for lasts longer."""


async def recordings(telefoon: Platform, room: str, folder: Path) -> list[tuple[Json, Sound]]:
    """Of a conference, once all are closed, in the order in which they began."""

    async def look() -> list[Json] | None:
        found: list[Json] = (await telefoon.get("recordings", conference_id=room))["recordings"]
        return found if found and all(each["status"] == "completed" for each in found) else None

    sounds = []
    for each in reversed(await telefoon.happening.see(look, 20)):
        wav = folder / f"{each['id']}.wav"
        async with telefoon.client.get(f"recordings/{each['id']}/audio") as response:
            wav.write_bytes(await response.read())
        sounds.append((each, Sound.of_file(wav)))
    return sounds


async def test_a_recording_is_started_paused_resumed_and_stopped_by_rest(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}, notice=OURS) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=10)
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]

        async def change(action: str) -> int:
            return (await telefoon.patch(f"conferences/{room}", {"recording": action}))[0]

        assert await change("pause") == 409
        second.ear.hush()
        assert await change("start") == 200
        await is_told(first.ear, about_recording(telefoon, tmp_path, Sentence.ANNOUNCEMENT))
        started = await telefoon.noted(first.call_id, "recording_started")
        await lasting(HELD_UP_S + 1)
        pausing_at = time.monotonic()
        assert await change("pause") == 200
        paused = (await telefoon.get(f"recordings/{started['recording']}"))["status"]
        await lasting(HELD_UP_S + 1)
        assert await change("resume") == 200
        pause_s = time.monotonic() - pausing_at
        await lasting(HELD_UP_S + 1)
        assert await change("stop") == 200
        stopped_at = time.time()
        assert await change("stop") == 409
        [(row, sound)] = await recordings(telefoon, room, tmp_path)
        stopped = await telefoon.get(f"conferences/{room}")
        await telefoon.patch(f"conferences/{room}", {"status": "completed"})

    assert paused == "paused"
    assert (row["source"], row["channels"], stopped["record"]) == ("conference", 1, False)
    recorded_s = stopped_at - datetime.fromisoformat(row["started_at"]).timestamp()
    assert recorded_s - HELD_UP_S - 0.5 < sound.seconds < recorded_s + 0.5
    silent = longest_gap(sound, first.hz)
    assert pause_s - HELD_UP_S - 0.4 < silent.seconds < pause_s + 0.4
    assert hears(sound.part(0, silent.start_s), first.hz, seconds=1)
    assert hears(sound.part(silent.end_s), first.hz, seconds=1)


async def test_each_participant_has_a_track_whose_times_are_the_mixs(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    options = 'record="record-from-start" recordedTracks="participants"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {options}>desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400) as (first,),
    ):
        await telefoon.noted(first.call_id, "recording_started")
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        async with calling(telefoon, ports, 700) as (second,):
            await has(telefoon, "desk", 2, within_s=15)
            await lasting(HELD_UP_S + 1)
            await telefoon.patch(f"conferences/{room}/participants/{first.call_id}", {"muted": True})
            await lasting(HELD_UP_S + 1)
            await telefoon.patch(f"conferences/{room}/participants/{first.call_id}", {"muted": False})
            await lasting(HELD_UP_S + 1)
            await telefoon.patch(f"conferences/{room}", {"status": "completed"})
            await second.far_end.finishes()
        (mix, mixed), (one, alone), (other, late) = await recordings(telefoon, room, tmp_path)

    assert "call_id" not in mix
    assert [each["call_id"] for each in (one, other)] == [first.call_id, second.call_id]
    assert hears(mixed, first.hz, seconds=1)
    assert hears(mixed, second.hz, seconds=1)
    assert not hears(alone, second.hz)
    assert not hears(late, first.hz)
    for track in (alone, late):
        # They begin together; each ends when its own leg has gone, which a busy machine draws out.
        assert track.seconds == pytest.approx(mixed.seconds, abs=patience(0.4))
    came = when_heard(mixed, second.hz, least_s=1)[0].start_s
    assert came > 0.5, "the second came while the first was being recorded"
    assert when_heard(late, second.hz, least_s=1)[0].start_s == pytest.approx(came, abs=ALIGNED_S)
    there, here = (longest_gap(each, first.hz) for each in (mixed, alone))
    assert here.seconds > 0.8, "the first was muted"
    assert (here.start_s, here.end_s) == pytest.approx((there.start_s, there.end_s), abs=ALIGNED_S)
    spoke, said = (when_heard(each, first.hz, least_s=0.5) for each in (mixed, alone))
    assert said[0].start_s == pytest.approx(spoke[0].start_s, abs=ALIGNED_S)
    assert said[-1].end_s == pytest.approx(spoke[-1].end_s, abs=patience(0.4))
