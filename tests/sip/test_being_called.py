"""Calls that come in to us, with SIPp as the far end."""

import asyncio
from ipaddress import ip_network
from pathlib import Path

import pytest

from config.codecs import PREFERENCE
from engine.errors import LegGone
from engine.model.call import Event
from engine.ports import Answered, Cause, DigitPressed, Ear, MediaChanged, Said
from engine.recordings.files.wav_recording import WavRecording
from sip.config import StrangersDue
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import (
    acks,
    acks_refusal,
    asks,
    calls,
    cancels,
    gets_bye,
    pause,
    receives,
    reinvites,
    scenario,
    sdp,
)
from tests.peers.sipp import NUMBER, Sipp, sipp
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import holds
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

OFFERED = {
    "opus": (96, "a=rtpmap:96 opus/48000/2"),
    "G722": (9, "a=rtpmap:9 G722/8000"),
    "PCMA": (8, "a=rtpmap:8 PCMA/8000"),
    "PCMU": (0, "a=rtpmap:0 PCMU/8000"),
    "G729": (18, "a=rtpmap:18 G729/8000"),
}
"""How a far end offers each: payload type, and the line of the description that says what it is (RFC 3551 §6)."""
RINGS = receives(100, optional=True) + receives(180)


def caller(*then: str, offer: str | None = None) -> str:
    """Calls, is answered and does what follows."""
    return scenario(calls(sdp() if offer is None else offer), RINGS, receives(200), acks(), *then)


async def answered(line: Line, far_end: Sipp, ear: RtpEar) -> Watch:
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.ring()
    await leg.answer()
    await call.sees(Answered)
    ear.follow((await far_end.gets("200 INVITE")).sdp)
    return call


async def test_a_call_rings_is_answered_heard_and_hung_up(
    line: Line, ports: Ports, ear: RtpEar, prompt: Path, tmp_path: Path
) -> None:
    async with sipp(caller(gets_bye()), ports, target=line.port, keys={"ear": ear.port}) as far_end:
        leg, arrival = await line.takes()
        assert (arrival.called, arrival.addressed, arrival.caller) == (NUMBER, NUMBER, "+3225550177")
        call = Watch(leg).start()
        await leg.ring()
        await leg.answer()
        await call.sees(Answered)
        ear.follow((await far_end.gets("200 INVITE")).sdp)
        ear.say(tone(900, 3), for_ever=True)
        recorder = await WavRecording.begin(line.agent.bridge, tmp_path / "said.wav", [[Said(leg.id)]])
        player = await line.agent.bridge.play(prompt, to=[Ear(leg.id)])

        await player.finished()
        await holds(tmp_path / "said.wav", 900, seconds=2.5)
        await ear.hears_sound(seconds=3.8, within_s=5, since_s=0)
        recorded = await recorder.stop()
        await leg.hang_up()

        assert (await call.ends()).outcome is Event.HUNG_UP
        await far_end.finishes()
        codes = [each.summary for each in far_end.messages if each.code and not each.sent]
        assert codes[-2:] == ["180 INVITE", "200 INVITE"]
    assert hears(ear.heard(), 440, seconds=3.8)
    assert hears(Sound.of_file(recorded.path), 900, seconds=2.5)


@pytest.mark.parametrize(
    ("cause", "code", "again_after"),
    [
        (Cause.BUSY, 486, None),
        (Cause.NOT_FOUND, 404, None),
        (Cause.REJECTED, 603, None),
        (Cause.UNAVAILABLE, 503, "5"),
        (Cause.STOPPING, 503, "5"),
    ],
)
async def test_we_refuse_with_a_code_and_a_cause_and_say_when_it_is_only_for_now(
    line: Line, ports: Ports, ear: RtpEar, cause: Cause, code: int, again_after: str | None
) -> None:
    script = scenario(calls(sdp()), receives(100, optional=True), receives(code), acks_refusal())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        leg, _ = await line.takes()
        await leg.hang_up(cause)
        await far_end.finishes()
        refusal = far_end.received(f"{code} INVITE")[0]
        assert f"cause={cause.q850}" in refusal.header("reason")
        assert (refusal.header("retry-after") or None) == again_after


async def test_a_caller_that_gives_up_is_told_as_such(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = scenario(calls(sdp()), RINGS, cancels(), receives(200), receives(487), acks_refusal())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.ring()
        ended = await call.ends()
        await far_end.finishes()
        with pytest.raises(LegGone):
            await leg.answer()
    assert (ended.outcome, ended.by_us, ended.sip_code) == (Event.HUNG_UP, False, 487)


async def test_a_source_that_is_not_allowed_gets_403_where_strangers_are_refused(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(calls(sdp()), receives(403), acks_refusal())
    due = StrangersDue(are_refused=True)
    async with open_line(allow=[ip_network("192.0.2.0/24")], strangers=due) as line:
        async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
            await far_end.finishes()
        assert line.arrivals.empty()


async def test_an_offer_without_a_codec_of_ours_gets_488(line: Line, ports: Ports, ear: RtpEar) -> None:
    offer = sdp(formats="97").replace("a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000", "a=rtpmap:97 AMR/8000")
    script = scenario(calls(offer), receives(100, optional=True), receives(488), acks_refusal())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        await far_end.finishes()


async def test_options_are_answered(line: Line, ports: Ports) -> None:
    async with sipp(scenario(asks("OPTIONS", 1), receives(200)), ports, target=line.port) as far_end:
        await far_end.finishes()
        assert "INVITE" in far_end.received("200 OPTIONS")[0].header("allow")


async def test_who_tells_keys_in_rtp_and_by_info_is_not_heard_twice(line: Line, ear: RtpEar) -> None:
    keys_too = audio(ear.port).replace("RTP/AVP 8", "RTP/AVP 8 101") + "a=rtpmap:101 telephone-event/8000\r\n"
    async with raw_caller(line.port) as far_end:
        call = await in_a_call(line, far_end, keys_too)
        ear.follow((await far_end.answer("INVITE")).sdp)
        ear.press("15*#A")
        await call.sees(DigitPressed, times=5)
        info = await far_end.asks("INFO", body="Signal=A\r\nDuration=160\r\n", content_type="application/dtmf-relay")
        assert info.code == 200
        await far_end.asks("BYE")
        await call.ends()

    keys = [(each.digit, each.method) for each in call.seen if isinstance(each, DigitPressed)]
    assert keys == [(key, "rfc4733") for key in "15*#A"]


@pytest.mark.parametrize(
    ("hold", "answer"),
    [
        (sdp(direction="sendonly", version=2), "recvonly"),
        (sdp(direction="inactive", version=2), "inactive"),
        (sdp(address="0.0.0.0", version=2), None),
        (sdp(direction="recvonly", version=2), "sendonly"),
    ],
)
async def test_a_far_end_that_holds_hears_nothing_until_it_resumes(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path, hold: str, answer: str | None
) -> None:
    script = caller(pause(1.5), reinvites(2, hold), pause(4), reinvites(3, sdp(version=3)), gets_bye())
    music = tone(440, 30).save(tmp_path / "long.wav")
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end, ear)
        await line.agent.bridge.play(music, to=[Ear(call.leg.id)])
        await ear.hears(440, within_s=5, seconds=0.5)

        held = (await far_end.gets("200 INVITE", times=2)).sdp
        assert held is not None
        await asyncio.sleep(0.6)
        quiet_since = ear.now_s
        await asyncio.sleep(1)
        during = ear.heard(quiet_since)
        resumed = (await far_end.gets("200 INVITE", times=3)).sdp
        assert resumed is not None
        await ear.hears(440, within_s=8, seconds=0.5, since_s=ear.now_s)
        await call.leg.hang_up()
        await far_end.finishes()

    if answer is not None:
        assert held.direction == answer
    if answer != "sendonly":
        assert held.direction in ("recvonly", "inactive")
        assert not hears(during, 440)
    else:
        assert hears(during, 440)
    assert resumed.direction == "sendrecv"


async def test_an_offer_may_come_late(line: Line, ports: Ports, ear: RtpEar, prompt: Path) -> None:
    script = scenario(calls(), RINGS, receives(200), acks(1, sdp()), gets_bye())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end, ear)
        await call.sees(MediaChanged)
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)

        await ear.hears(440, within_s=8, seconds=2)

        await call.leg.hang_up()
        await far_end.finishes()


async def test_a_caller_that_offers_nothing_and_does_not_answer_our_offer_is_hung_up_on(
    line: Line, ports: Ports
) -> None:
    script = scenario(calls(), RINGS, receives(200), acks(), gets_bye())
    async with sipp(script, ports, target=line.port) as far_end:
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.ring()
        await leg.answer()
        await far_end.finishes()

        ended = await call.ends()
        assert (ended.outcome, ended.sip_code) == (Event.BROKE, 488)


async def test_a_re_invite_without_an_offer_keeps_the_sound(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    late = asks("INVITE", 2) + receives(100, optional=True) + receives(200) + acks(2, sdp(version=2))
    music = tone(440, 30).save(tmp_path / "long.wav")
    async with sipp(caller(pause(1), late, gets_bye()), ports, target=line.port, keys={"ear": ear.port}) as far_end:
        call = await answered(line, far_end, ear)
        await line.agent.bridge.play(music, to=[Ear(call.leg.id)])
        offered = (await far_end.gets("200 INVITE", times=2)).sdp
        await asyncio.sleep(0.5)

        await ear.hears(440, within_s=5, seconds=0.8, since_s=ear.now_s)

        assert offered is not None
        assert offered.direction == "sendrecv"
        await call.leg.hang_up()
        await far_end.finishes()


async def test_sound_follows_the_far_end_to_another_address(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    music = tone(440, 30).save(tmp_path / "long.wav")
    with RtpEar() as moved:
        script = caller(pause(1), reinvites(2, sdp(port="[moved]", version=2)), gets_bye())
        keys = {"ear": ear.port, "moved": moved.port}
        async with sipp(script, ports, target=line.port, keys=keys) as far_end:
            call = await answered(line, far_end, ear)
            await line.agent.bridge.play(music, to=[Ear(call.leg.id)])
            await ear.hears(440, within_s=5)
            ear.fall_silent()
            moved.follow((await far_end.gets("200 INVITE", times=2)).sdp)

            await moved.hears(440, within_s=5, seconds=1)

            await asyncio.sleep(0.5)
            assert ear.quiet_s > 0.4
            await call.leg.hang_up()
            await far_end.finishes()


async def test_calls_come_in_over_tcp(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = caller(gets_bye())
    async with sipp(script, ports, target=line.port, keys={"ear": ear.port}, transport="t1") as far_end:
        call = await answered(line, far_end, ear)
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()


@pytest.mark.parametrize("name", PREFERENCE)
async def test_each_codec_of_the_table_is_answered(open_line: OpenLine, ports: Ports, ear: RtpEar, name: str) -> None:
    """One that the library was built without is not."""
    payload_type, mapping = OFFERED[name]
    offer = sdp(formats=f"{payload_type} 101").replace("a=rtpmap:8 PCMA/8000", mapping)
    async with (
        open_line(codecs=PREFERENCE) as line,
        sipp(caller(gets_bye(), offer=offer), ports, target=line.port, keys={"ear": ear.port}) as far_end,
    ):
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.ring()
        await leg.answer()
        media = await call.sees(MediaChanged)
        await call.sees(Answered)
        await leg.hang_up()
        await far_end.finishes()
        answer = far_end.received("200 INVITE")[0].sdp

    assert answer is not None
    assert answer.formats[0] == payload_type
    assert media.codec.lower() == name.lower()


async def test_a_caller_that_begins_on_hold_is_heard_once_it_resumes(
    line: Line, ear: RtpEar, prompt: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with raw_caller(line.port) as far_end:
        call = await in_a_call(line, far_end, audio(ear.port, more="a=inactive\r\n"))
        held = await call.sees(MediaChanged)
        answer = await far_end.asks("INVITE", body=audio(ear.port).replace("1 1 IN", "1 2 IN"))
        ear.follow(answer.sdp)
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)

        await ear.hears(440, within_s=8, seconds=1)
        await far_end.asks("BYE")
        await call.ends()

    assert (held.sending, held.receiving) == (False, False)
    assert "Traceback" not in capfd.readouterr().err
