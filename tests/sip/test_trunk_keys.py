"""Keys on a trunk as its field `dtmf` has them travel: sent to the carrier, and heard from it."""

import asyncio
from typing import Any

import pytest

from engine.errors import SipError
from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, DigitPressed, MediaChanged
from tests.peers.audio import joined, silence
from tests.peers.ear import RtpEar
from tests.peers.key_tones import key_tones
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.scenario import answers, gets_bye, is_called, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import Sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

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
