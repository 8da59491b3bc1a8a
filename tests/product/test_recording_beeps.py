"""The tone at intervals by which all on a recorded call hear that it is recorded (Federal Standard 1037C)."""

import asyncio
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tests.peers.audio import Interval, Sound, hears, tone, when_heard
from tests.peers.callers import calling, has
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.product.test_conference_recordings import recordings
from tests.product.test_paused_recordings import WAITS, changed, started

pytestmark = pytest.mark.sip

BEEP_HZ, VOICE_HZ = 1400, 500
EVERY_S = 2
ENOUGH = 4


def beeps(sound: Sound) -> list[Interval]:
    return when_heard(sound, BEEP_HZ, least_s=0.3)


def are_apart(found: list[Interval]) -> None:
    """Each sounds for half a second, EVERY_S after the one before; one that is held up has another beside it."""
    assert len(found) >= ENOUGH
    assert median(each.seconds for each in found) == pytest.approx(0.5, abs=0.1)
    assert median(after.start_s - before.start_s for before, after in pairwise(found)) == pytest.approx(
        EVERY_S, abs=0.8
    )


async def hears_enough(ear: RtpEar, since_s: float) -> None:
    await asyncio.sleep(ENOUGH * EVERY_S)
    await eventually(
        lambda: len(beeps(ear.heard(since_s))) >= ENOUGH,
        within_s=2 * EVERY_S,
        otherwise=lambda: f"{ENOUGH} beeps; heard {beeps(ear.heard(since_s))}",
    )


async def test_who_is_recorded_hears_it_at_the_interval_but_not_while_it_pauses(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = WAITS
    number = {"--url": shop.url("/start"), "--recording-beep": str(EVERY_S), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, VOICE_HZ) as (caller,):
        await asyncio.sleep(EVERY_S + 1)
        unrecorded = caller.ear.heard()
        await started(telefoon, caller.call_id, channels="mono", track="inbound")
        since_s = caller.ear.now_s
        await hears_enough(caller.ear, since_s)
        await changed(telefoon, caller.call_id, "pause")
        await asyncio.sleep(2)  # until one that has just begun is over
        paused_s = caller.ear.now_s
        await asyncio.sleep(2 * EVERY_S)
        meanwhile = caller.ear.heard(paused_s)
        await changed(telefoon, caller.call_id, "stop")
        stopped_s = caller.ear.now_s
        await asyncio.sleep(EVERY_S + 1)
        afterwards = caller.ear.heard(stopped_s + 0.6)
        row, wav = await telefoon.recording(tmp_path)
        heard = caller.ear.heard(since_s).part(0, paused_s - since_s)

    assert not hears(unrecorded, BEEP_HZ)
    assert not hears(meanwhile, BEEP_HZ)
    assert not hears(afterwards, BEEP_HZ)
    kept = Sound.of_file(wav)
    for sound in (heard, kept):
        are_apart(beeps(sound))
    paused_at_s = row["marks"][0]["at_seconds"]
    assert hears(kept, VOICE_HZ, seconds=paused_at_s - 3), "the voice goes on under it"


async def test_both_of_a_recorded_talk_hear_it_and_it_disturbs_no_word(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    at_caller, at_desk = tmp_path / "caller.wav", tmp_path / "desk.wav"
    one, other = tone(VOICE_HZ, 60, dbov=-24), tone(900, 60, dbov=-24)
    settings = {"RECORDING_BEEP_S": "60"}
    async with phone(
        "--play", str(other.save(tmp_path / "900.wav")), "--record", str(at_desk), "--hang-up-after", "13"
    ) as desk:
        shop.flows["/start"] = (
            f'<Response><Dial record="record-from-answer"><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>'
        )
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            await asyncio.to_thread(telefoon.telefoon, "accounts", "beep", ACCOUNT, "--every", str(EVERY_S))
            dial = ("--dial", f"sip:+3225550100@127.0.0.1:{telefoon.sip_port}", "--from", "+3225550177")
            play = ("--play", str(one.save(tmp_path / "500.wav")), "--record", str(at_caller))
            async with phone(*dial, *play) as caller:
                await caller.tells("recorded", within_s=60)
                _, wav = await telefoon.recording(tmp_path)

    for path, hz in ((at_caller, 900), (at_desk, VOICE_HZ), (wav, VOICE_HZ), (wav, 900)):
        sound = Sound.of_file(path)
        are_apart(beeps(sound))
        assert hears(sound, hz, seconds=5)


async def test_all_in_a_recorded_conference_hear_it(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    options = f'record="record-from-start" recordingBeep="{EVERY_S}"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {options}>desk</Conference></Dial></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=10)
        room = (await telefoon.get("conferences"))["conferences"][0]
        since_s = [each.ear.now_s for each in (first, second)]
        await asyncio.gather(hears_enough(first.ear, since_s[0]), hears_enough(second.ear, since_s[1]))
        heard = [each.ear.heard(at_s) for each, at_s in zip((first, second), since_s, strict=True)]
        await telefoon.patch(f"conferences/{room['id']}", {"status": "completed"})
        [(_, mixed)] = await recordings(telefoon, room["id"], tmp_path)

    assert room["recording_beep"] == EVERY_S
    for sound in (*heard, mixed):
        are_apart(beeps(sound))
    assert hears(mixed, first.hz, seconds=5)
    assert hears(mixed, second.hz, seconds=5)
