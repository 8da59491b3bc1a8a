"""Consent where several talk, by what is heard in the recordings; who is asked when is in tests/unit/live."""

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from engine.model.consent import Sentence
from tests.peers.audio import Sound, hears, joined, tone
from tests.peers.callers import Caller, calling, has
from tests.peers.customer import Customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import OURS, Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import about_recording, is_told
from tests.peers.waiting import lasting

pytestmark = pytest.mark.sip

serving = partial(platform, notice=OURS)

BEFORE, CALLER, DESK, LATER = 400, 700, 900, 1100
QUESTION_S = 11


async def desk_that_presses(stack: AsyncExitStack, key: str, folder: Path) -> PhonePeer:
    """A phone that sounds BEFORE until it has heard the question, presses a key, and sounds DESK from then on.

    It presses again four seconds later: on a busy machine the question may not have been asked to its end before.
    """
    voice = joined(tone(BEFORE, QUESTION_S, dbov=-24), tone(DESK, 30, dbov=-24)).save(folder / "desk.wav")
    keys = ("--digits", f"{key}{'w' * 8}{key}", "--digits-after", str(QUESTION_S + 3))
    return await stack.enter_async_context(phone("--play", str(voice), *keys))


async def agrees(telefoon: Platform, caller: Caller, folder: Path) -> None:
    """Hear the question, sound BEFORE up to the key, and its own tone afterwards."""
    await is_told(caller.ear, about_recording(telefoon, folder, Sentence.QUESTION), within_s=25)
    caller.ear.say(tone(BEFORE, 1, dbov=-24))
    caller.ear.press("1")


async def given(telefoon: Platform, call_id: str) -> list[str]:
    """What was answered on a call."""
    return [each["given"] for each in (await telefoon.get(f"calls/{call_id}/consents"))["consents"]]


async def test_both_parties_are_asked_before_the_first_sample_of_either(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with AsyncExitStack() as stack:
        desk = await desk_that_presses(stack, "1", tmp_path)
        shop.flows["/start"] = (
            f'<Response><Dial record="record-from-answer-dual"><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>'
        )
        number = {"--url": shop.url("/start"), "--consent": "both-parties"}
        telefoon = await stack.enter_async_context(serving(tmp_path, ports, number=number))
        [caller] = await stack.enter_async_context(calling(telefoon, ports, CALLER))
        await agrees(telefoon, caller, tmp_path)
        await telefoon.noted(caller.call_id, "recording_started", within_s=25)
        await lasting(3.5)
        await telefoon.delete(f"calls/{caller.call_id}")
        recording, wav = await telefoon.recording(tmp_path, call_id=caller.call_id)
        dialled = await telefoon.newest_call(parent_id=caller.call_id)
        answers = [await given(telefoon, each) for each in (caller.call_id, dialled["id"])]

    said, answered = Sound.of_file(wav, 0), Sound.of_file(wav, 1)
    assert hears(said, CALLER, seconds=1)
    assert hears(answered, DESK, seconds=1)
    assert not any(hears(channel, BEFORE) for channel in (said, answered))
    assert answers == [["yes"], ["yes"]]
    assert recording["channels"] == 2


async def test_who_withdraws_in_a_conference_is_in_its_recording_no_more(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Dial><Conference beep="false" record="record-from-start">desk</Conference></Dial></Response>'
    )
    number = {"--url": shop.url("/start"), "--consent": "announce", "--consent-withdrawal": "cut"}
    async with (
        serving(tmp_path, ports, number=number) as telefoon,
        calling(telefoon, ports, CALLER, DESK) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=15)
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        await telefoon.noted(first.call_id, "recording_started")
        await lasting(3)
        second.ear.press("*0")
        await telefoon.noted(second.call_id, "consent_withdrawn")
        second.ear.say(tone(LATER, 2, dbov=-24), for_ever=True)
        await is_told(second.ear, about_recording(telefoon, tmp_path, Sentence.WITHDRAWN))
        since = first.ear.now_s
        # It still takes part, and the other goes on being recorded.
        await first.ear.hears_in_all(LATER, seconds=3, within_s=10, since_s=since)
        await telefoon.patch(f"conferences/{room}", {"status": "completed"})
        await second.far_end.finishes()
        _, wav = await telefoon.recording(tmp_path, conference_id=room)

    sound = Sound.of_file(wav)
    assert hears(sound, DESK, seconds=1)
    assert not hears(sound, LATER)
    assert hears(sound.part(sound.seconds - 3), CALLER, seconds=1), "the other goes on being recorded"
