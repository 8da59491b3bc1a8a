"""The verb Dial in all its ways: who rings, who hears what before the two are joined, what is told and recorded."""

import math
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

CALLER = "+3225550177"


def dialling(telefoon: Platform, *more: str) -> list[str]:
    return ["--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER, *more]


async def test_several_ring_together_the_first_talks_and_the_others_are_cancelled(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    heard = tmp_path / "heard.wav"
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(phone("--ring-forever"))
        voice = tone(900, 20).save(tmp_path / "900.wav")
        quick = await stack.enter_async_context(phone("--answer-after", "4", "--play", str(voice)))
        busy = await stack.enter_async_context(phone("--busy"))
        nouns = "".join(
            f'<Sip statusCallback="/progress" statusCallbackEvent="initiated ringing answered completed">'
            f"sip:desk@127.0.0.1:{each.port}</Sip>"
            for each in (slow, busy, quick)
        )
        shop.flows["/start"] = f'<Response><Dial timeLimit="5" action="/done">{nouns}</Dial></Response>'
        shop.flows["/done"] = "<Response/>"
        telefoon = await stack.enter_async_context(platform(tmp_path, ports, number={"--url": shop.url("/start")}))
        caller = await stack.enter_async_context(phone(*dialling(telefoon, "--record", str(heard))))
        await caller.tells("recorded", within_s=40)
        cancelled = await slow.tells("hung_up")
        done = (await shop.is_asked("/done"))[0]
        told = await shop.is_asked("/progress", times=9)

    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert cancelled["code"] == 487
    assert "answered" not in [event["event"] for event in slow.told]
    assert hears(Sound.of_file(heard), 900, seconds=2)
    by_call: dict[str, list[str]] = {}
    for form in sorted(told, key=lambda form: int(form["SequenceNumber"])):
        by_call.setdefault(form["CallSid"], []).append(form["CallStatus"])
    assert sorted(by_call.values()) == [
        ["queued", "busy"],
        ["queued", "ringing", "canceled"],
        ["queued", "ringing", "in-progress", "completed"],
    ]


async def test_the_called_party_hears_the_whisper_and_gets_the_keys_before_the_two_are_joined(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    at_agent, at_caller = tmp_path / "agent.wav", tmp_path / "caller.wav"
    shop.flows["/beep.wav"] = tone(1400, 4).save(tmp_path / "beep.wav").read_bytes()
    shop.flows["/whisper"] = "<Response><Play>/beep.wav</Play></Response>"
    shop.flows["/done"] = "<Response/>"
    voice = tone(500, 30).save(tmp_path / "500.wav")
    async with phone("--record", str(at_agent)) as agent:
        shop.flows["/start"] = (
            '<Response><Dial timeLimit="5" ringTone="fr" action="/done">'
            '<Number sendDigits="w12#" url="/whisper">+3225550188</Number></Dial></Response>'
        )
        settings = {"TRUNK": f"sip:127.0.0.1:{agent.port}"}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--play", str(voice), "--record", str(at_caller))) as caller,
        ):
            await caller.tells("recorded", within_s=40)
            await agent.tells("recorded")
            asked = shop.forms("/whisper")[0]
            parent = await telefoon.newest_call(direction="inbound")

    assert agent.digits == "12#"
    assert (asked["Direction"], asked["ParentCallSid"]) == ("outbound-dial", parent["id"])
    heard = Sound.of_file(at_agent)
    assert hears(heard, 1400, seconds=1.8)
    assert hears(heard, 500, seconds=2.5)
    assert when_heard(heard, 1400)[-1].end_s < when_heard(heard, 500, least_s=0.2)[0].start_s + 0.1
    assert not hears(Sound.of_file(at_caller), 1400)
    assert hears(Sound.of_file(at_caller), 440, seconds=1)  # France rings with 440 Hz, also during the whisper


async def test_answer_on_bridge_leaves_the_caller_ringing_until_the_called_party_answers(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with phone("--answer-after", "3") as desk:
        shop.flows["/start"] = (
            '<Response><Dial answerOnBridge="true" timeLimit="1">'
            f"<Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        )
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon)) as caller,
        ):
            await caller.tells("hung_up", within_s=30)
            call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])

    began, answered, ended = (datetime.fromisoformat(call[f"{each}_time"]) for each in ("start", "answer", "end"))
    assert (answered - began).total_seconds() > 2.9
    assert call["duration"] == math.ceil((ended - answered).total_seconds()), "what rings is not charged"


async def test_a_recording_is_trimmed_in_one_channel_and_told(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    # The notice takes more than a second of it.
    voice = tone(900, 6).save(tmp_path / "900.wav")
    shop.flows["/done"] = "<Response/>"
    async with phone("--play", str(voice)) as desk:
        shop.flows["/start"] = (
            '<Response><Dial record="record-from-answer" trim="trim-silence" timeLimit="10" action="/done" '
            'recordingStatusCallback="/recorded" recordingStatusCallbackEvent="in-progress completed">'
            f"<Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        )
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon)) as caller,
        ):
            await caller.tells("hung_up", within_s=40)
            told = await shop.is_asked("/recorded", times=2)
            recording, _ = await telefoon.recording(tmp_path)

    assert [form["RecordingStatus"] for form in told] == ["in-progress", "completed"]
    assert told[1]["RecordingSource"] == "DialVerb"
    assert recording["channels"] == 1
    assert 1 < recording["seconds"] < 8


async def test_a_client_is_dialled_at_the_registrar_with_its_parameters(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    log = tmp_path / "sip.log"
    async with phone("--sip-log", str(log)) as registrar:
        shop.flows["/start"] = (
            '<Response><Dial timeLimit="1" callerName="Shop"><Client><Identity>alice</Identity>'
            '<Parameter name="tier" value="gold"/></Client></Dial></Response>'
        )
        settings = {"REGISTRAR": f"sip:127.0.0.1:{registrar.port}"}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon)) as caller,
        ):
            await caller.tells("hung_up", within_s=30)

    invite = log.read_text()
    assert f"INVITE sip:alice@127.0.0.1:{registrar.port}" in invite
    assert "X-Param-tier: gold" in invite
    assert '"Shop" <sip:' in invite


async def test_without_a_registrar_a_client_fails_with_the_reason(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = '<Response><Dial action="/done"><Client>alice</Client></Dial></Response>'
    shop.flows["/done"] = "<Response/>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert shop.forms("/done")[0]["DialCallStatus"] == "failed"
    assert "TELEFOON_REGISTRAR" in call["explanation"][0]["said"]


async def test_ringing_is_recorded_from_the_callers_consent_on(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    one, other = tone(500, 30).save(tmp_path / "500.wav"), tone(900, 30).save(tmp_path / "900.wav")
    async with phone("--answer-after", "4", "--play", str(other)) as desk:
        shop.flows["/start"] = (
            '<Response><Dial record="record-from-ringing-dual" timeLimit="5">'
            f"<Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        )
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--play", str(one))) as caller,
        ):
            await caller.tells("hung_up", within_s=40)
            recording, wav = await telefoon.recording(tmp_path)

    assert recording["channels"] == 2
    said, heard = Sound.of_file(wav, 0), Sound.of_file(wav, 1)
    assert hears(heard, 900, seconds=2)
    assert hears(said.part(0, when_heard(heard, 900)[0].start_s), 500, seconds=0.8), "while it rang"


async def test_headers_and_transport_of_a_sip_address_are_on_the_wire(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    log = tmp_path / "sip.log"
    async with phone("--sip-log", str(log), "--hang-up-after", "1") as desk:
        shop.flows["/start"] = (
            f'<Response><Dial action="/done"><Sip>sip:a@127.0.0.1:{desk.port};transport=tcp?x-customer=7</Sip></Dial>'
            "</Response>"
        )
        shop.flows["/done"] = "<Response/>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon)) as caller,
        ):
            await caller.tells("hung_up", within_s=30)

    invite = log.read_text()
    assert "x-customer: 7" in invite.lower()
    assert "SIP/2.0/TCP" in invite
    assert shop.forms("/done")[0]["DialCallStatus"] == "completed"


async def test_echo_lets_the_caller_hear_itself(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    heard = tmp_path / "heard.wav"
    voice = tone(500, 10).save(tmp_path / "500.wav")
    shop.flows["/start"] = "<Response><Echo/></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--play", str(voice), "--record", str(heard), "--hang-up-after", "6")) as caller,
    ):
        await caller.tells("recorded", within_s=30)

    assert hears(Sound.of_file(heard), 500, seconds=2)


async def test_a_refused_document_takes_the_fallback_and_its_place_is_on_the_calls_events(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response>\n  <Pay/>\n</Response>"
    shop.flows["/fallback"] = "<Response/>"
    number = {"--url": shop.url("/start"), "--fallback-url": shop.url("/fallback")}
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.newest_call()
        failed = await telefoon.noted(call["id"], "flow_failed")

    [told] = shop.forms("/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("12200", shop.url("/start"))
    assert (failed["line"], failed["column"], failed["code"]) == (2, 3, 12200)
    assert "card payments" in failed["reason"]
