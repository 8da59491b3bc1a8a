"""Calls that come in from the test phone."""

import asyncio
from itertools import permutations
from pathlib import Path

import pytest

from tests.peers.audio import Sound, contains, hears, tone
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.spoken import said

pytestmark = pytest.mark.sip

CALLER = "+3225550177"


def dialling(telefoon: Platform, *more: str, number: str = NUMBER) -> list[str]:
    return ["--dial", f"sip:{number}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER, *more]


async def test_the_numbers_webhook_gives_the_flow_and_gets_the_keys(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Gather numDigits="2" timeout="20" action="/keys">'
        '<Say language="nl-BE">Druk op twee toetsen.</Say></Gather></Response>'
    )
    shop.flows["/keys"] = "<Response><Hangup/></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start"), "--language": "nl-BE"}) as telefoon,
        phone(*dialling(telefoon, "--digits", "73", "--digits-after", "3")) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])

    assert (call["status"], call["from"], call["to"]) == ("completed", CALLER, NUMBER)
    started, keys = shop.forms("/start")[0], shop.forms("/keys")[0]
    assert (started["From"], started["To"], started["CallStatus"], started["Direction"]) == (
        CALLER, NUMBER, "ringing", "inbound",
    )  # fmt: skip
    for told in (started, keys):
        assert (told["FromCountry"], told["CalledCountry"], told["FromCity"], told["ToZip"]) == ("BE", "BE", "", "")
    assert (keys["Digits"], keys["CallStatus"], keys["CallSid"]) == ("73", "in-progress", call["id"])
    assert next(event["code"] for event in caller.told if event["event"] == "ringing") == 180


async def test_a_webhook_that_fails_gives_way_to_the_fallback(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.failing.add("/start")
    shop.flows["/fallback"] = "<Response><Say>One moment.</Say></Response>"
    number = {"--url": shop.url("/start"), "--fallback-url": shop.url("/fallback")}
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert call["status"] == "completed"
    assert [each["target"] for each in call["explanation"]] == [shop.url("/start")]
    [told] = shop.forms("/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"], told["CallSid"]) == ("11200", shop.url("/start"), call["id"])


async def test_whom_the_number_names_is_told_how_the_call_goes(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = "<Response><Say>Good morning.</Say></Response>"
    told_by = {"--status-callback": shop.url("/told?shop=7"), "--status-callback-method": "GET"}
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start"), **told_by}) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        await shop.is_asked("/told")

    [told] = [each for each in shop.asked if each.path == "/told"]
    assert (told.method, told.form["shop"]) == ("GET", "7")
    assert (told.form["CallSid"], told.form["Direction"], told.form["To"]) == (call["id"], "inbound", NUMBER)
    assert (told.form["CallStatus"], told.form["CallDuration"]) == ("completed", str(call["duration"]))


async def test_nonsense_from_the_webhook_is_apologised_for_in_the_numbers_language(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Dance/></Response>"
    number = {"--url": shop.url("/start"), "--language": "de-DE"}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, 1500) as (caller,):
        await caller.far_end.finishes(within_s=30)
        call = await telefoon.ended_call(caller.call_id)
        sorry = (await telefoon.noted(call["id"], "said"))["text"]
        apology = await asyncio.to_thread(said, telefoon, tmp_path, "sorry", sorry, "de-DE")

    assert call["status"] == "completed"
    assert "Dance" in call["explanation"][0]["said"]
    assert contains(caller.ear.heard(), apology).score > 0.7


async def test_an_unknown_number_is_refused_with_404_and_one_without_a_flow_says_why(
    tmp_path: Path, ports: Ports
) -> None:
    async with platform(tmp_path, ports) as telefoon:
        async with phone(*dialling(telefoon, number="+3225550111")) as caller:
            assert (await caller.tells("hung_up"))["code"] == 404
        async with phone(*dialling(telefoon)) as caller:
            assert (await caller.tells("hung_up"))["code"] == 404
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert call["status"] == "failed"
    assert "no URL" in call["explanation"][0]["said"]


@pytest.mark.parametrize(("reason", "code", "status"), [("busy", 486, "busy"), ("rejected", 603, "failed")])
async def test_a_rejected_call_is_never_answered(
    tmp_path: Path, ports: Ports, shop: Customer, reason: str, code: int, status: str
) -> None:
    shop.flows["/start"] = f'<Response><Reject reason="{reason}"/></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        assert (await caller.tells("hung_up", within_s=20))["code"] == code
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert (call["status"], call["duration"]) == (status, 0)
    assert "answered" not in [event["event"] for event in caller.told]


async def test_a_message_is_recorded_after_the_announcement_and_its_address_is_handed_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Record maxLength="3" timeout="0" finishOnKey="#" action="/done"/></Response>'
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    voice = tone(600, 12).save(tmp_path / "voice.wav")
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--play", str(voice))) as caller,
    ):
        await caller.tells("hung_up", within_s=40)
        done = shop.forms("/done")[0]
        _, wav = await telefoon.recording(tmp_path)

    assert done["RecordingUrl"].endswith(f"/recordings/{done['RecordingSid']}/audio")
    message = Sound.of_file(wav)
    assert done["RecordingDuration"] == str(round(message.seconds))
    assert 2 < message.seconds < 5.5, "three, and what a busy machine holds up"
    assert hears(message, 600, seconds=message.seconds - 2)


async def test_dial_joins_two_calls_with_sound_both_ways_and_ends_both(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    one, other = tone(500, 30).save(tmp_path / "500.wav"), tone(900, 30).save(tmp_path / "900.wav")
    at_caller, at_callee = tmp_path / "caller.wav", tmp_path / "callee.wav"
    shop.flows["/start"] = (
        '<Response><Dial timeLimit="6" record="record-from-answer-dual" action="/done">'
        "<Number>+3225550188</Number></Dial></Response>"
    )
    shop.flows["/done"] = "<Response/>"
    async with phone("--answer-after", "1", "--play", str(other), "--record", str(at_callee)) as callee:
        settings = {"TRUNK": f"sip:127.0.0.1:{callee.port}"}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--play", str(one), "--record", str(at_caller))) as caller,
        ):
            await caller.tells("recorded", within_s=40)
            await callee.tells("recorded")
            done = (await shop.is_asked("/done"))[0]
            parent = await telefoon.newest_call(direction="inbound")
            children = (await telefoon.get("calls", parent_id=parent["id"]))["calls"]
            recording, wav = await telefoon.recording(tmp_path, call_id=parent["id"])

    assert (done["DialCallStatus"], done["DialCallSid"]) == ("completed", children[0]["id"])
    assert (children[0]["status"], children[0]["to"], children[0]["from"]) == ("completed", "+3225550188", CALLER)
    assert hears(Sound.of_file(at_caller), 900, seconds=3)
    # The notice is speech, in which any tone may sound for a moment.
    assert not hears(Sound.of_file(at_caller), 500, seconds=1)
    assert hears(Sound.of_file(at_callee), 500, seconds=3)
    assert not hears(Sound.of_file(at_callee), 900, seconds=1)
    assert recording["channels"] == 2
    assert hears(Sound.of_file(wav, 0), 500, seconds=3)
    assert hears(Sound.of_file(wav, 1), 900, seconds=3)


async def test_the_caller_hears_it_ring_and_goes_on_when_nobody_answers(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    heard = tmp_path / "heard.wav"
    shop.flows["/start"] = '<Response><Dial timeout="5" action="/done"><Number>+3225550188</Number></Dial></Response>'
    shop.flows["/done"] = "<Response/>"
    async with phone("--ring-forever") as callee:
        settings = {"TRUNK": f"sip:127.0.0.1:{callee.port}"}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--record", str(heard))) as caller,
        ):
            await caller.tells("recorded", within_s=30)
            done = (await shop.is_asked("/done"))[0]

    assert done["DialCallStatus"] == "no-answer"
    assert hears(Sound.of_file(heard), 425, seconds=0.8)


async def test_three_in_a_conference_hear_the_other_two_and_not_themselves(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    tones = (400, 700, 1000)
    shop.flows["/start"] = '<Response><Dial record="true"><Conference beep="false">talk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, *tones) as callers,
    ):
        for each, other in permutations(callers, 2):
            await each.ear.hears(other.hz, within_s=30, seconds=2)
        heard = {each.hz: each.ear.heard() for each in callers}
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]
        await telefoon.patch(f"conferences/{room}", {"status": "completed"})
        for each in callers:
            await each.far_end.finishes()
        conferences = (await telefoon.get("conferences"))["conferences"]
        recording, wav = await telefoon.recording(tmp_path, conference_id=room)

    assert [(each["friendly_name"], each["status"]) for each in conferences] == [("talk", "completed")]
    assert (recording["status"], recording["channels"]) == ("completed", 1)
    assert all(hears(Sound.of_file(wav), hz, seconds=1.5) for hz in tones)
    for hz in tones:
        # The notice is speech, in which any tone may sound for a moment.
        assert not hears(heard[hz], hz, seconds=1), hz


async def test_a_flow_that_needs_no_media_never_answers(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = '<Response><Pause length="1"/><Reject reason="busy"/></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        assert (await caller.tells("hung_up", within_s=20))["code"] == 486
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert (call["status"], "answer_time" in call) == ("busy", False)


@pytest.mark.parametrize("who", ["callee", "caller"])
async def test_when_one_side_hangs_up_what_should_end_ends(
    tmp_path: Path, ports: Ports, shop: Customer, who: str
) -> None:
    shop.flows["/start"] = '<Response><Dial action="/done"><Number>+3225550188</Number></Dial></Response>'
    shop.flows["/done"] = "<Response><Say>One moment.</Say></Response>"
    leaves = ["--hang-up-after", "6"]
    async with phone(*(leaves if who == "callee" else [])) as callee:
        settings = {"TRUNK": f"sip:127.0.0.1:{callee.port}"}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, *(leaves if who == "caller" else []))) as caller,
        ):
            assert (await callee.tells("hung_up", within_s=20))["by"] == ("phone" if who == "callee" else "far end")
            done = (await shop.is_asked("/done"))[0]
            assert (await caller.tells("hung_up", within_s=20))["by"] == ("phone" if who == "caller" else "far end")
            parent = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])
            said = [each["facts"]["text"] for each in await telefoon.events(parent["id"]) if each["kind"] == "said"]

    assert done["DialCallStatus"] == "completed"
    assert parent["status"] == "completed"
    assert said == (["One moment."] if who == "callee" else [])


async def test_a_call_that_offers_nothing_that_is_carried_is_found_with_the_reason(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    offer = audio().replace("RTP/AVP 8\r\na=rtpmap:8 PCMA", "RTP/AVP 96\r\na=rtpmap:96 AMR")
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        async with raw_caller(telefoon.sip_port) as caller:
            refused = await caller.asks("INVITE", body=offer)
        call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])
        log = telefoon.log()

    assert refused.code == 488
    assert (call["status"], call["sip_code"], call["sip_reason"]) == ("failed", 488, "No codec in common")
    assert call["explanation"][0]["sip_code"] == 488
    assert "request_refused" in log
    assert not shop.forms("/start")
