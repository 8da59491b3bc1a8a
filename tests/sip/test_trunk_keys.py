"""Keys on a trunk as its field `dtmf` has them travel: sent to the carrier, and heard from it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SipError
from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, Attendance, DialRequest, DigitPressed, Ear, MediaChanged, Said, Speech
from tests.peers.audio import Sound, hears, joined, silence, tone
from tests.peers.ear import RtpEar
from tests.peers.g711 import PCMA
from tests.peers.key_tones import key_tones
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.raw_rtp import STEP_S, RawRtp
from tests.peers.rtp import Packet
from tests.peers.scenario import answers, gets_bye, is_called, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import Sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.synthesizer import SpeechService

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
WITHOUT_EVENTS = sdp(formats="8").replace("a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n", "")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{HOST}:{port}"], **fields})


async def answered(line: Line, port: int, **fields: Any) -> Watch:
    await line.agent.use_trunks([carrier(port, **fields)])
    call = Watch(await line.agent.dial(ASKED)).start()
    await call.sees(Answered)
    await call.sees(MediaChanged)
    return call


@pytest.mark.parametrize(
    ("dtmf", "kind", "bodies"),
    [
        ("info-relay", "application/dtmf-relay", ["Signal=4", "Signal=#"]),
        ("info-dtmf", "application/dtmf", ["4", "#"]),
    ],
)
async def test_keys_go_by_info_of_the_trunks_kind(
    line: Line, ports: Ports, ear: RtpEar, dtmf: str, kind: str, bodies: list[str]
) -> None:
    info = receives("INFO") + answers(200, "OK")
    script = scenario(is_called(sdp()), info, info, gets_bye())
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end.port, dtmf=dtmf)

        await call.leg.press("4#")

        await far_end.gets("INFO", times=2)
        await call.leg.hang_up()
        await far_end.finishes()
        told, (invite, *_) = far_end.received("INFO"), far_end.received("INVITE")
    assert [each.header("content-type") for each in told] == [kind, kind]
    assert [each.body.split()[0] for each in told] == bodies
    assert "telephone-event" not in invite.body


async def test_keys_go_by_rfc_4733_in_the_payload_type_of_the_trunk(line: Line, ports: Ports) -> None:
    answer = sdp(formats="8 110").replace("101 ", "110 ")
    with RtpEar(event_type=110) as ear:
        async with sipp(scenario(is_called(answer), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
            call = await answered(line, far_end.port, dtmf="rfc4733", dtmf_payload_type=110)
            invite = await far_end.gets("INVITE")
            ear.follow(invite.sdp)

            await call.leg.press("12*")
            await ear.hears_keys("12*", within_s=10)
            ear.press("7")

            assert await call.sees(DigitPressed) == DigitPressed("7", "rfc4733")
            await call.leg.hang_up()
            await far_end.finishes()
    assert "a=rtpmap:110 telephone-event/8000" in invite.body


async def test_where_rfc_4733_is_wanted_no_key_goes_otherwise(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = scenario(is_called(WITHOUT_EVENTS), gets_bye())
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end.port, dtmf="rfc4733")

        with pytest.raises(SipError, match="takes no keys by RFC 4733"):
            await call.leg.press("4")

        await call.leg.hang_up()
        await far_end.finishes()
        assert not far_end.received("INFO")


async def test_beside_opus_keys_are_offered_at_both_clocks(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line(codecs=["opus", "PCMA"]) as line:
        await line.agent.use_trunks([carrier(far_end.port, dtmf_payload_type=101)])
        await Watch(await line.agent.dial(ASKED)).start().ends()

    invite = next(each for each in far_end.requests if each.startswith("INVITE"))
    assert "a=rtpmap:101 telephone-event/8000\r\n" in invite
    assert "a=rtpmap:102 telephone-event/48000\r\n" in invite


async def test_keys_go_as_tones_where_the_trunk_has_them_in_band(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with sipp(scenario(is_called(sdp()), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end.port, dtmf="inband")

        await call.leg.press("1#")

        await ear.hears(697, within_s=5, seconds=0.12)
        await ear.hears(1209, within_s=5, seconds=0.12)
        await ear.hears(941, within_s=5, seconds=0.12)
        await ear.hears(1477, within_s=5, seconds=0.12)
        await call.leg.hang_up()
        await far_end.finishes()
        assert "telephone-event" not in far_end.received("INVITE")[0].body
    assert not ear.digits


async def taken(line: Line, caller: RawCaller, ear: RtpEar, offer: str = "", **fields: Any) -> Watch:
    """A call of the carrier, whose sound nobody listens to."""
    await line.agent.use_trunks([carrier(caller.port, **fields)])
    call = await in_a_call(line, caller, offer or audio(ear.port))
    ear.follow(Sdp.read((await caller.answer("INVITE")).body))
    await ear.hears_anything(within_s=5)
    return call


def digits(call: Watch) -> str:
    return "".join(each.digit for each in call.seen if isinstance(each, DigitPressed))


async def test_keys_are_heard_in_the_sound_of_a_trunk_that_has_them_in_band(line: Line, ear: RtpEar) -> None:
    async with raw_caller(line.port) as caller:
        call = await taken(line, caller, ear, dtmf="inband")

        ear.say(joined(silence(0.1), key_tones("159#"), key_tones("D", dbm0=(-30, -22))))

        await eventually(lambda: digits(call) == "159#D", within_s=5, otherwise=lambda: f"159#D: {call.seen}")
        assert {each.method for each in call.seen if isinstance(each, DigitPressed)} == {"inband"}
        await call.leg.hang_up()


async def test_a_key_that_comes_as_a_tone_and_by_info_counts_once(line: Line, ear: RtpEar) -> None:
    async with raw_caller(line.port) as caller:
        call = await taken(line, caller, ear, dtmf="inband")

        ear.say(key_tones("5"))
        await call.sees(DigitPressed)
        await caller.asks("INFO", body="Signal=5\r\n", content_type="application/dtmf-relay")
        ear.say(key_tones("6"))
        await caller.asks("INFO", body="Signal=6\r\n", content_type="application/dtmf-relay")
        await asyncio.sleep(0.6)

        assert digits(call) == "56"
        await call.leg.hang_up()


async def test_tones_on_another_trunk_are_sound(line: Line, ear: RtpEar) -> None:
    async with raw_caller(line.port) as caller:
        call = await taken(line, caller, ear)

        ear.say(key_tones("15"))
        await asyncio.sleep(0.8)

        assert digits(call) == ""
        await call.leg.hang_up()


@asynccontextmanager
async def two_at_one_trunk(line: Line) -> AsyncIterator[tuple[Watch, RtpEar, Watch, RtpEar]]:
    """Two calls of a trunk that has keys in band; both far ends speak all the time."""
    with RtpEar() as one_ear, RtpEar() as other_ear:
        async with raw_caller(line.port) as one, raw_caller(line.port) as other:
            first = await taken(line, one, one_ear, dtmf="inband")
            second = await taken(line, other, other_ear, dtmf="inband")
            one_ear.say(tone(440, 1), for_ever=True)
            other_ear.say(tone(600, 1), for_ever=True)
            yield first, one_ear, second, other_ear
            await first.leg.hang_up()
            await second.leg.hang_up()


async def key_alone(ear: RtpEar, sound_hz: float) -> None:
    """The key 1 was heard in place of a sound, which was there before and is there again."""
    since_s = await ear.hears(697, within_s=5, seconds=0.12)
    await ear.hears(1209, within_s=5, seconds=0.12)
    await ear.hears(sound_hz, within_s=5, seconds=0.3, since_s=since_s + 0.3)
    assert not hears(ear.heard(since_s + 0.02).part(0, 0.1), sound_hz, seconds=0.08)


async def test_keys_in_the_sound_pass_between_two_whose_packets_pass_as_they_are(line: Line) -> None:
    async with two_at_one_trunk(line) as (first, one_ear, second, other_ear):
        await line.agent.bridge.connect(Said(first.leg.id), Ear(second.leg.id))
        await line.agent.bridge.connect(Said(second.leg.id), Ear(first.leg.id))
        await other_ear.hears(440, within_s=5, seconds=0.3)

        await second.leg.press("1")
        one_ear.hush()
        one_ear.say(key_tones("86"))

        await other_ear.hears(697, within_s=5, seconds=0.12)
        await other_ear.hears(852, within_s=5, seconds=0.08)
        await eventually(lambda: digits(first) == "86", within_s=5, otherwise=lambda: str(first.seen))
        assert digits(second) == ""


async def test_keys_go_as_tones_from_a_room_too(line: Line) -> None:
    async with two_at_one_trunk(line) as (first, _, second, other_ear):
        room = await line.agent.bridge.open_room()
        await room.place(first.leg.id, Attendance())
        await room.place(second.leg.id, Attendance())
        await other_ear.hears(440, within_s=5, seconds=0.3)

        await second.leg.press("1")

        await key_alone(other_ear, 440)
        await room.close()


@pytest.mark.parametrize(
    ("codec", "fields"),
    [
        ("PCMU", {"dtmf": "inband"}),
        ("G722", {"dtmf": "inband"}),
        ("opus", {"dtmf": "inband"}),
        ("G722", {"dtmf": "rfc4733", "dtmf_payload_type": 127}),
        ("opus", {"dtmf": "rfc4733", "dtmf_payload_type": 96}),  # the type that Opus has otherwise
    ],
)
async def test_keys_travel_beside_other_codecs_too(open_line: OpenLine, codec: str, fields: dict[str, Any]) -> None:
    async with open_line(codecs=[codec]) as line:
        await line.agent.use_trunks([carrier(line.port, **fields)])
        dialling = asyncio.create_task(line.agent.dial(ASKED))
        leg, _ = await line.takes()
        called = Watch(leg).start()
        await leg.answer()
        calling = Watch(await dialling).start()
        assert (await calling.sees(MediaChanged)).codec.lower() == codec.lower()

        await calling.leg.press("159#D")

        await eventually(lambda: digits(called) == "159#D", within_s=5, otherwise=lambda: f"159#D: {called.seen}")
        await calling.leg.hang_up()
        await called.ends()


SPOKEN = (
    "Please enter your account number, followed by the hash key. We are open from nine to six, on Tuesday until "
    "seven; eighteen, nineteen, ninety-nine. You owe us one hundred and twenty-three euros, my dear. Bye bye!"
)


async def test_speech_is_no_key(line: Line, tmp_path: Path) -> None:
    speech = SpeechService.create(PromptCache(tmp_path), voice_table({"en": ["pyttsx3"]}))
    said = Sound.of_file(await speech.render(Speech(SPOKEN, "en-GB"), rate_hz=8000))
    await speech.close()
    async with raw_caller(line.port) as caller:
        with RawRtp() as rtp:
            await line.agent.use_trunks([carrier(caller.port, dtmf="inband")])
            call = await in_a_call(line, caller, audio(rtp.port))
            described = Sdp.read((await caller.answer("INVITE")).body)
            rtp.target = (described.address, described.port)

            for sound in (said, key_tones("5")):
                await at_once(rtp, sound)

            await call.sees(DigitPressed)
            assert digits(call) == "5"
            await call.leg.hang_up()


async def at_once(rtp: RawRtp, sound: Sound) -> None:
    """The packets of a sound, ten times as fast as it is heard: what listens for keys takes them as they come."""
    coded = PCMA.encode(sound.pcm)
    for at in range(0, len(coded) - 160, 160):
        rtp.send(Packet(PCMA.payload_type, rtp.sequence, rtp.timestamp, rtp.ssrc, coded[at : at + 160]).bytes())
        rtp.pass_over(1)
        await asyncio.sleep(STEP_S / 10)
