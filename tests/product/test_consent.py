"""Each consent policy on a real call: what the far end heard, what was recorded, and nothing from before."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest

from engine.model.consent import Sentence, load_texts
from tests.peers.audio import Sound, contains, hears, joined, tone
from tests.peers.callers import Caller, calling
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import OURS, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import ALIKE, about_recording, is_told, said
from tests.peers.waiting import lasting

pytestmark = pytest.mark.sip

serving = partial(platform, notice=OURS)

BEFORE, AFTER, LATER = 400, 700, 1000
ANNOUNCED = load_texts().wording(Sentence.ANNOUNCEMENT, "en-GB").text
GOES_ON = "The call goes on."
TALK = f'<Response><Say>{GOES_ON}</Say><Pause length="30"/></Response>'
RECORDED = TALK.replace("<Say>", '<Start><Recording channels="mono" track="inbound"/></Start><Say>')


async def consents(telefoon: Platform, call_id: str, count: int = 1) -> list[Json]:
    """The records of a call, as soon as there are so many."""

    async def look() -> list[Json] | None:
        found: list[Json] = (await telefoon.get(f"calls/{call_id}/consents"))["consents"]
        return found if len(found) >= count else None

    return await telefoon.happening.see(look, 15)


def answers(caller: Caller, key: str, *, after_s: float = 1.0) -> None:
    """Sound BEFORE up to the key, and its own tone afterwards."""
    caller.ear.say(tone(BEFORE, after_s, dbov=-24))
    caller.ear.press(key)


async def kept(telefoon: Platform, folder: Path, caller: Caller) -> tuple[Json, Sound]:
    """The caller's recording after it has gone on for a while, and the call was ended."""
    await lasting(3)
    await telefoon.delete(f"calls/{caller.call_id}")
    recording, wav = await telefoon.recording(folder, call_id=caller.call_id)
    return recording, Sound.of_file(wav)


async def test_announce_tells_to_the_end_before_it_records(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start"), "--consent": "announce"}
    async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        caller.ear.say(tone(BEFORE, 0.6, dbov=-24))
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.ANNOUNCEMENT))
        await is_told(caller.ear, said(telefoon, tmp_path, "goes on", GOES_ON))
        [record] = await consents(telefoon, caller.call_id)
        recording, sound = await kept(telefoon, tmp_path, caller)

    assert hears(sound, AFTER, seconds=1)
    assert not hears(sound, BEFORE)
    assert (record["policy"], record["given"], record["how"]) == ("announce", "yes", "announced")
    assert (record["wording"], record["wording_version"]) == (ANNOUNCED, "3")
    assert recording["consent"] == record["id"]


async def test_the_notice_is_in_the_language_in_which_the_caller_was_last_spoken_to(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    welcome = (
        '<Say language="nl-BE">Goedemorgen.</Say><Say language="fr-BE">Bonjour, vous avez choisi le français.</Say>'
    )
    shop.flows["/start"] = RECORDED.replace("<Response>", f"<Response>{welcome}").replace(
        "<Say>", '<Say language="en-GB">'
    )
    number = {"--url": shop.url("/start"), "--consent": "announce", "--language": "nl-BE"}
    best = {"TTS_ENGINES": "{}"}
    async with serving(tmp_path, ports, best, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.ANNOUNCEMENT, "fr-BE"), within_s=25)
        [record] = await consents(telefoon, caller.call_id)

    assert record["language"] == "fr-BE"
    assert record["wording"] == load_texts().wording(Sentence.ANNOUNCEMENT, "fr-BE").text


async def test_press_to_consent_records_from_the_key_on(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start"), "--consent": "press-to-consent"}
    async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.QUESTION), within_s=25)
        assert (await telefoon.get("recordings"))["recordings"] == []
        answers(caller, "1")
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.THANKS))
        await telefoon.noted(caller.call_id, "recording_started")
        [record] = await consents(telefoon, caller.call_id)
        recording, sound = await kept(telefoon, tmp_path, caller)

    assert hears(sound, AFTER, seconds=1)
    assert not hears(sound, BEFORE)
    assert (record["policy"], record["given"], record["how"]) == ("press-to-consent", "yes", "digit")
    assert (record["digit"], record["language"], record["wording_version"]) == ("1", "en-GB", "2")
    assert record["offset_seconds"] > 5
    assert recording["consent"] == record["id"]


async def test_a_refusal_is_honoured_and_the_call_goes_on(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    told_of = f'recordingStatusCallback="{shop.url("/recorded")}" recordingStatusCallbackEvent="completed absent"'
    shop.flows["/start"] = RECORDED.replace("<Recording", f"<Recording {told_of}")
    number = {"--url": shop.url("/start"), "--consent": "press-to-consent"}
    async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        answers(caller, "2")
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.REFUSED))
        await is_told(caller.ear, said(telefoon, tmp_path, "goes on", GOES_ON))
        why = await telefoon.noted(caller.call_id, "not_recorded")
        [record] = await consents(telefoon, caller.call_id)
        recordings = (await telefoon.get("recordings"))["recordings"]
        [told] = await shop.is_asked("/recorded")

    assert (record["given"], record["how"], record["digit"]) == ("no", "digit", "2")
    assert (told["RecordingStatus"], told["CallSid"]) == ("absent", caller.call_id)
    assert "no consent" in told["ErrorMessage"]
    assert "RecordingSid" not in told
    assert why["reason"] == "consent was refused"
    assert recordings == []
    assert list(tmp_path.glob("var/recordings/*")) == []


async def test_external_asks_nobody_and_keeps_what_the_client_asserts(tmp_path: Path, ports: Ports) -> None:
    heard, voice = tmp_path / "heard.wav", tone(AFTER, 30, dbov=-24).save(tmp_path / "voice.wav")
    asserted = {
        "policy": "external", "reference": "CRM 7", "given_by": "Zoë", "given_at": "2026-11-25T09:30:00Z",
        "wording": "I agree to be recorded.",
    }  # fmt: skip
    async with (
        phone("--play", str(voice), "--record", str(heard), "--hang-up-after", "7") as far_end,
        serving(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        call = await telefoon.place("+493023125001", record=True, consent=asserted, flow=TALK)
        await far_end.tells("recorded", within_s=40)
        [record] = await consents(telefoon, call["id"])
        _, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        asked = [about_recording(telefoon, tmp_path, each) for each in (Sentence.ANNOUNCEMENT, Sentence.QUESTION)]

    assert hears(Sound.of_file(wav, 1), AFTER, seconds=3)
    assert all(contains(Sound.of_file(heard), sentence).score < ALIKE for sentence in asked)
    assert (record["given"], record["how"]) == ("yes", "external")
    assert {name: record[name] for name in ("reference", "given_by", "wording")} == {
        name: asserted[name] for name in ("reference", "given_by", "wording")
    }
    assert record["given_at"].startswith("2026-11-25T09:30:00")


async def test_a_call_to_germany_is_asked_for_a_key_by_default(tmp_path: Path, ports: Ports) -> None:
    heard = tmp_path / "heard.wav"
    voice = joined(tone(BEFORE, 11, dbov=-24), tone(AFTER, 25, dbov=-24)).save(tmp_path / "voice.wav")
    keys = ("--digits", "1", "--digits-after", "14", "--hang-up-after", "21")
    async with (
        phone("--play", str(voice), "--record", str(heard), *keys) as far_end,
        serving(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        call = await telefoon.place("+493023125001", record=True, flow=TALK, tts_language="en-GB")
        await far_end.tells("recorded", within_s=60)
        [record] = await consents(telefoon, call["id"])
        _, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        question = about_recording(telefoon, tmp_path, Sentence.QUESTION)

    assert contains(Sound.of_file(heard), question).score > ALIKE
    assert hears(Sound.of_file(wav, 1), AFTER, seconds=1)
    assert not hears(Sound.of_file(wav, 1), BEFORE)
    assert (record["policy"], record["given"]) == ("both-parties", "yes")
    assert "§ 201" in record["basis"]


@pytest.mark.parametrize("by", ["key", "rest"])
async def test_a_withdrawal_silences_the_rest(tmp_path: Path, ports: Ports, shop: Customer, by: str) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start"), "--consent": "announce"}
    async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        await withdrawn(telefoon, caller, by)
        await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.WITHDRAWN))
        records = await consents(telefoon, caller.call_id, 2)
        recording, sound = await kept(telefoon, tmp_path, caller)

    assert hears(sound, AFTER, seconds=1)
    assert not hears(sound, LATER)
    assert sound.seconds > 4, "it goes on with silence"
    assert [each["given"] for each in records] == ["yes", "withdrawn"]
    assert (records[1]["how"], records[1].get("digit")) == (("digit", "*0") if by == "key" else ("api", None))
    assert recording["status"] == "completed"


async def test_it_goes_too_if_the_process_dies_before_its_end(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start"), "--consent": "announce", "--consent-withdrawal": "delete"}
    async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
        await withdrawn(telefoon, caller, "key")
        await asyncio.sleep(1)
        assert list(tmp_path.glob("var/recordings/*"))
        await telefoon.end(signal.SIGKILL)
        await telefoon.start()
        row = await deleted_recording(telefoon)

    assert "sha256" not in row
    assert list(tmp_path.glob("var/recordings/*")) == []


async def withdrawn(telefoon: Platform, caller: Caller, by: str) -> None:
    """Record for a while, withdraw, and sound another tone."""
    await telefoon.noted(caller.call_id, "recording_started")
    await lasting(3)
    if by == "key":
        caller.ear.press("*0")
    else:
        assert (await telefoon.patch(f"calls/{caller.call_id}", {"consent": "withdrawn"}))[0] == 200
    await telefoon.noted(caller.call_id, "consent_withdrawn")
    caller.ear.say(tone(LATER, 2, dbov=-24), for_ever=True)


async def deleted_recording(telefoon: Platform, **query: str) -> Json:
    """The only one that fits, once it is deleted."""

    async def look() -> Json | None:
        row: Json
        [row] = (await telefoon.get("recordings", **query))["recordings"]
        return row if row["status"] == "deleted" else None

    return await telefoon.happening.see(look, 10)
