"""Calls that we place, with SIPp as the far end."""

import asyncio
from pathlib import Path

import pytest

from engine.errors import LegGone, SipError
from engine.model.call import Event
from engine.model.call_policy import Destinations
from engine.model.call_policy.policy import in_force
from engine.ports import Alerted, Answered, Cause, DialRequest, Ear, EndedBy, MediaChanged, RedirectRefused, Said
from engine.recordings.files.wav_recording import WavRecording
from sip.leg import SipLeg
from sip.trunks.account import Registration
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, is_called, pause, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, dial, subscriber_of, trunk_to
from tests.sip.passing import holds
from tests.sip.sip_thread import standing_still

pytestmark = pytest.mark.sip


async def test_an_answered_call_hears_the_prompt_and_we_hang_up(
    line: Line, ports: Ports, ear: RtpEar, prompt: Path
) -> None:
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.sees(MediaChanged)
        ear.follow((await far_end.gets("INVITE")).sdp)

        player = await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await player.finished()
        await ear.hears_sound(seconds=3.8, within_s=5, since_s=0)
        await call.leg.hang_up()

        ended = await call.ends()
        await far_end.finishes()
        assert hears(ear.heard(), 440, seconds=3.8)
        assert (ended.outcome, ended.by_us, ended.sip_code) == (Event.HUNG_UP, True, 200)
        assert "cause=16" in far_end.received("BYE")[0].header("reason")
        invite = far_end.received("INVITE")[0]
        assert "+3225550100" in invite.header("from")
        assert call.leg.sip_call_id == invite.header("call-id")


def hangs_up(after_s: float) -> str:
    """A far end that answers, and ends the call by BYE."""
    bye = (
        '<send retrans="500"><![CDATA[\nBYE [next_url] SIP/2.0\n'
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From: [$2];tag=far-[call_number]\nTo: [$1]\nCall-ID: [call_id]\nCSeq: 2 BYE\nMax-Forwards: 70\n"
        "Content-Length: 0\n\n]]></send>\n"
    )
    invite = (
        '<recv request="INVITE" rrs="true"><action>'
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/></action></recv>\n'
    )
    answer = answers(200, "OK", sdp(), to_tag=True)
    return scenario(invite, answer, receives("ACK"), pause(after_s), bye, receives(200))


async def test_the_far_ends_bye_ends_the_call(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with sipp(hangs_up(after_s=0.3), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)

        ended = await call.ends()

        await far_end.finishes()
        assert (ended.outcome, ended.by_us) == (Event.HUNG_UP, False)
        with pytest.raises(LegGone):
            await call.leg.press("1")
        await call.leg.hang_up()


@pytest.mark.parametrize("command", ["answer", "press", "refer", "refuse", "ring"])
async def test_what_is_asked_of_a_leg_while_its_far_end_hangs_up_is_told_that_it_is_gone(
    line: Line, ports: Ports, ear: RtpEar, command: str
) -> None:
    asked = {
        "answer": SipLeg.answer,
        "press": lambda leg: leg.press("1"),
        "refer": lambda leg: leg.refer("sip:x@127.0.0.1"),
        "refuse": lambda leg: leg.refuse(486),
        "ring": SipLeg.ring,
    }[command]
    async with sipp(hangs_up(after_s=0.3), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await far_end.gets("ACK")
        async with standing_still(line):
            answer = asyncio.create_task(asked(call.leg))
            await far_end.sends("BYE")

        with pytest.raises(LegGone):
            await answer

        await call.ends()


@pytest.mark.parametrize(
    ("code", "reason", "outcome", "cause"),
    [
        (486, "Busy Here", Event.ENGAGED, 17),
        (600, "Busy Everywhere", Event.ENGAGED, 17),
        (480, "Temporarily Unavailable", Event.EXPIRED, 18),
        (403, "Forbidden", Event.BROKE, 21),
        (404, "Not Found", Event.BROKE, 1),
        (503, "Service Unavailable", Event.BROKE, 41),
    ],
)
async def test_a_refusal_is_told_with_its_code_reason_and_cause(
    line: Line, ports: Ports, code: int, reason: str, outcome: Event, cause: int
) -> None:
    script = scenario(receives("INVITE"), answers(code, reason, to_tag=True), receives("ACK"))
    async with sipp(script, ports) as far_end:
        ended = await (await dial(line, far_end.port)).ends()
        await far_end.finishes()

    assert (ended.outcome, ended.sip_code, ended.sip_reason, ended.q850_cause) == (outcome, code, reason, cause)
    assert ended.by is (EndedBy.FAR_END if code in (480, 486, 600, 603) else EndedBy.CARRIER)


async def test_the_far_ends_own_cause_counts_more_than_the_table(line: Line, ports: Ports) -> None:
    refusal = answers(480, "Gone", headers=['Reason: Q.850;cause=20;text="Absent"'], to_tag=True)
    async with sipp(scenario(receives("INVITE"), refusal, receives("ACK")), ports) as far_end:
        ended = await (await dial(line, far_end.port)).ends()

    assert ended.q850_cause == 20
    assert ended.words == "Absent"


@pytest.mark.parametrize("early_media", [False, True])
async def test_a_call_that_rings_is_cancelled(line: Line, ports: Ports, ear: RtpEar, early_media: bool) -> None:
    ringing = answers(183, "Progress", sdp(), to_tag=True) if early_media else answers(180, "Ringing", to_tag=True)
    refusal = (
        "<send><![CDATA[\nSIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_To:];tag=far-[call_number]\n"
        "[last_Call-ID:]\nCSeq: [$9] INVITE\nContent-Length: 0\n\n]]></send>\n"
    )
    invite = (
        '<recv request="INVITE"><action><ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="9"/>'
        "</action></recv>\n"
    )
    script = scenario(invite, ringing, receives("CANCEL"), answers(200, "OK"), refusal, receives("ACK"))
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        alerted = await call.sees(Alerted)

        await call.leg.hang_up(Cause.UNAVAILABLE)

        ended = await call.ends()
        await far_end.finishes()
    assert alerted.early_media is early_media
    assert (ended.by_us, ended.sip_code) == (True, 487)


async def test_early_media_is_heard_before_the_answer(line: Line, ports: Ports, ear: RtpEar, tmp_path: Path) -> None:
    progress = answers(183, "Session Progress", sdp(), to_tag=True)
    script = scenario(
        receives("INVITE"), progress, pause(5), answers(200, "OK", sdp(), to_tag=True), receives("ACK"), gets_bye()
    )
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        ear.follow((await far_end.gets("INVITE")).sdp)
        ear.say(tone(425, 1), for_ever=True)
        await call.sees(MediaChanged)
        recorder = await WavRecording.begin(line.agent.bridge, tmp_path / "early.wav", [[Said(call.leg.id)]])
        await holds(tmp_path / "early.wav", 425, seconds=0.8)
        assert not any(isinstance(event, Answered) for event in call.seen)
        early = await recorder.stop()
        await call.sees(Answered)
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()

    assert hears(Sound.of_file(early.path), 425, seconds=0.8)


async def test_keys_are_sent_as_telephone_events(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.sees(MediaChanged)

        await call.leg.press("12*#D")

        await ear.hears_keys("12*#D", within_s=10)
        await call.leg.hang_up()
        await far_end.finishes()


async def test_a_far_end_that_never_sends_sound_is_talked_to_all_the_same(
    line: Line, ports: Ports, prompt: Path
) -> None:
    with RtpEar(mute=True) as ear:
        async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
            call = await dial(line, far_end.port)
            await call.sees(MediaChanged)
            await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)

            await ear.hears(440, within_s=8, seconds=2)

            await call.leg.hang_up()
            assert (await call.ends()).outcome is Event.HUNG_UP
            await far_end.finishes()


@pytest.mark.parametrize(("password", "code"), [("right", 200), ("wrong", 407)])
async def test_a_digest_is_answered_once(
    open_line: OpenLine, ports: Ports, ear: RtpEar, password: str, code: int
) -> None:
    challenge = answers(
        407, "Authenticate", to_tag=True,
        headers=['Proxy-Authenticate: Digest realm="carrier", nonce="[call_number]abc", algorithm=MD5, qop="auth"'],
    )  # fmt: skip
    accepted = answers(200, "OK", sdp(), to_tag=True) + receives("ACK") + gets_bye()
    second = accepted if code == 200 else challenge + receives("ACK")
    script = scenario(receives("INVITE"), challenge, receives("ACK"), receives("INVITE"), second)
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        async with open_line(trunk=trunk_to(far_end.port, user="me", password=password)) as line:
            call = Watch(await line.agent.dial(DialRequest("+3225550199", "+3225550100", "CA1"))).start()
            if code == 200:
                await call.sees(Answered)
                await call.leg.hang_up()
            ended = await call.ends()
            await far_end.finishes()

        assert ended.sip_code == code
        assert call.leg.via == f"trunk 127.0.0.1:{far_end.port}"
        given = far_end.received("INVITE")[1].header("proxy-authorization")
        assert 'username="me"' in given
        assert 'realm="carrier"' in given


async def registered(line: Line, code: int) -> Registration:
    """How it stands, as soon as the registrar's answer has this code."""
    async with within(10):
        while (state := (await line.agent.registrations())["default"]).code != code:
            await asyncio.sleep(0.05)
    return state


async def test_a_registration_is_refreshed_and_a_refused_one_says_why(open_line: OpenLine, ports: Ports) -> None:
    accepted = answers(200, "OK", to_tag=True, headers=["Expires: 7"])
    script = scenario(receives("REGISTER"), accepted, receives("REGISTER"), accepted)
    async with sipp(script, ports) as registrar, open_line(trunk=subscriber_of(registrar.port)) as line:
        await registrar.gets("REGISTER")
        state = await registered(line, 200)
        assert (state.wanted, state.active, state.code) == (True, True, 200)
        await registrar.gets("REGISTER", times=2, within_s=10)

    refused = scenario(receives("REGISTER"), answers(403, "Not you", to_tag=True))
    async with sipp(refused, ports) as registrar, open_line(trunk=subscriber_of(registrar.port)) as line:
        await registrar.finishes()
        state = await registered(line, 403)
    assert (state.active, state.code, state.reason) == (False, 403, "Not you")


async def test_a_number_without_a_trunk_can_not_be_dialled(line: Line) -> None:
    with pytest.raises(SipError, match="TELEFOON_TRUNK"):
        await line.agent.dial(DialRequest("+3225550199", "+3225550100", "CA1"))


async def test_calls_run_over_tcp(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}, transport="t1") as far_end:
        uri = f"sip:+3225550199@127.0.0.1:{far_end.port};transport=tcp"
        call = Watch(await line.agent.dial(DialRequest(uri, "+3225550100", "CA1"))).start()
        await call.sees(Answered)
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()
        assert "SIP/2.0/TCP" in far_end.received("INVITE")[0].header("via")


async def test_codecs_are_offered_in_the_order_of_the_setting(open_line: OpenLine, ports: Ports, ear: RtpEar) -> None:
    async with (
        open_line(codecs=["PCMU", "opus", "PCMA"]) as line,
        sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end,
    ):
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.leg.hang_up()
        await far_end.finishes()
        offer = far_end.received("INVITE")[0].sdp

    assert offer is not None
    names = [offer.names[number].partition("/")[0] for number in offer.formats]
    assert [name for name in names if name != "TELEPHONE-EVENT"] == ["PCMU", "OPUS", "PCMA"]
    assert "TELEPHONE-EVENT" in names


async def test_keys_go_by_info_where_telephone_events_were_not_agreed(line: Line, ports: Ports, ear: RtpEar) -> None:
    answer = answers(200, "OK", sdp(formats="8").replace("a=rtpmap:101 telephone-event/8000\n", ""), to_tag=True)
    script = scenario(
        is_called(final=answer), receives("INFO"), answers(200, "OK"), receives("INFO"), answers(200, "OK"), gets_bye()
    )
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.sees(MediaChanged)

        await call.leg.press("4#")

        await far_end.gets("INFO", times=2)
        await call.leg.hang_up()
        await far_end.finishes()
        bodies = [each.body.replace(" ", "") for each in far_end.received("INFO")]
    assert ["Signal=4" in bodies[0], "Signal=#" in bodies[1]] == [True, True]


async def test_an_answer_without_a_codec_of_ours_ends_the_call(line: Line, ports: Ports, ear: RtpEar) -> None:
    unusable = sdp(formats="97").replace(
        "a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000", "a=rtpmap:97 AMR/8000"
    )
    answer = answers(200, "OK", unusable, to_tag=True)
    script = scenario(receives("INVITE"), answer, receives("ACK", optional=True), gets_bye())
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)

        ended = await call.ends()

        await far_end.finishes()
    assert (ended.outcome, ended.sip_code, ended.q850_cause) == (Event.BROKE, 488, 88)
    assert not any(isinstance(event, MediaChanged) for event in call.seen)


async def test_a_registration_that_is_refused_is_asked_for_until_it_is_given(
    open_line: OpenLine,
) -> None:
    answers = iter(["403 Forbidden", "403 Forbidden"])

    async with sip_answerer(lambda _: next(answers, "200 OK\nExpires: 300")) as registrar:
        trunk = subscriber_of(registrar.port, retry_s=1)
        async with open_line(trunk=trunk) as line, within(10):
            while not (await line.agent.registrations())["default"].active:
                await asyncio.sleep(0.05)

    assert len([each for each in registrar.requests if each.startswith("REGISTER")]) >= 3


@pytest.mark.parametrize("code", [301, 302, 380])
async def test_a_call_that_is_sent_elsewhere_has_failed_with_that_code(open_line: OpenLine, code: int) -> None:
    async with (
        sip_answerer(lambda _: f"{code} Elsewhere\nContact: <sip:other@127.0.0.1:9>") as far_end,
        open_line(trunk=trunk_to(far_end.port)) as line,
    ):
        leg = await line.agent.dial(DialRequest("+32470123456", "+3225550100", "CA1"))
        ended = await Watch(leg).start().ends()

    assert (ended.outcome, ended.sip_code, ended.sip_reason) == (Event.BROKE, code, "Elsewhere")


async def test_a_redirection_within_the_trunk_is_followed_where_that_is_set(open_line: OpenLine) -> None:
    def moved(request: str) -> str:
        here = f"sip:+32470123456@127.0.0.1:{far_end.port};line=2"
        return f"302 Moved\nContact: <{here}>" if ";line=2" not in request.partition("\n")[0] else "486 Busy Here"

    async with sip_answerer(moved) as far_end:
        trunk = trunk_to(far_end.port, redirects=True)
        async with open_line(trunk=trunk) as line:
            leg = await line.agent.dial(DialRequest("+32470123456", "+3225550100", "CA1"))
            ended = await Watch(leg).start().ends()
        invites = [each for each in far_end.requests if each.startswith("INVITE")]

    assert (ended.outcome, ended.sip_code) == (Event.ENGAGED, 486)
    assert ";line=2" in invites[-1].partition("\n")[0]


async def test_a_redirection_to_another_host_is_not_followed(open_line: OpenLine) -> None:
    async with (
        sip_answerer(lambda _: "302 Moved\nContact: <sip:other@192.0.2.9>") as far_end,
        open_line(trunk=trunk_to(far_end.port, redirects=True)) as line,
    ):
        leg = await line.agent.dial(DialRequest("+32470123456", "+3225550100", "CA1"))
        ended = await Watch(leg).start().ends()

    assert (ended.outcome, ended.sip_code) == (Event.BROKE, 302)


async def test_a_redirection_within_the_trunk_to_a_number_that_a_policy_refuses_is_not_followed(
    open_line: OpenLine,
) -> None:
    def moved(_: str) -> str:
        return f"302 Moved\nContact: <sip:+3290212345@127.0.0.1:{far_end.port}>"

    request = DialRequest("+32470123456", "+3225550100", "CA1", destinations=Destinations(in_force(())))
    async with sip_answerer(moved) as far_end:
        async with open_line(trunk=trunk_to(far_end.port, redirects=True)) as line:
            leg = await line.agent.dial(request)
            watch = Watch(leg).start()
            ended = await watch.ends()
        invites = [each for each in far_end.requests if each.startswith("INVITE")]

    assert (ended.outcome, ended.sip_code) == (Event.BROKE, 302)
    assert [each.rule for each in watch.seen if isinstance(each, RedirectRefused)] == ["number-type"]
    assert not any("+3290212345" in each.partition("\n")[0] for each in invites)
