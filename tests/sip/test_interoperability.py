"""Far ends that insist on what few do: reliable provisional answers, long sessions, new nonces, RTCP elsewhere."""

import asyncio
import socket

import pytest

from engine.model.call import Event
from engine.model.trunk import Authentication
from engine.ports import Answered, DialRequest
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import (
    answers,
    answers_later,
    gets_bye,
    is_called,
    receives,
    receives_to_answer_later,
    scenario,
    sdp,
)
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, OpenLine, Watch, dial, subscriber_of
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def challenge(nonce: str, more: str = "") -> str:
    return f'WWW-Authenticate: Digest realm="carrier", nonce="{nonce}", algorithm=MD5{more}'


def challenges(nonce: str, more: str = "") -> str:
    header = challenge(nonce, more)
    return "".join((receives("INVITE"), answers(401, "Unauthorized", headers=(header,), to_tag=True), receives("ACK")))


async def test_a_reliable_provisional_answer_is_acknowledged_before_the_final_one(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(
        receives_to_answer_later("INVITE"),
        answers(183, "Session Progress", sdp(), headers=("Require: 100rel", "RSeq: 7"), to_tag=True),
        receives("PRACK"), answers(200, "OK"), answers_later(200, "OK"), receives("ACK"), gets_bye(),
    )  # fmt: skip
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)

        prack = await far_end.gets("PRACK")
        assert prack.header("rack").startswith("7 ")
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()


async def test_a_session_interval_that_is_too_small_is_asked_for_again_longer(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(
        receives("INVITE"), answers(422, "Session Interval Too Small", headers=("Min-SE: 3600",), to_tag=True),
        receives("ACK"), is_called(), gets_bye(),
    )  # fmt: skip
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)

        second = await far_end.gets("INVITE", times=2)
        assert second.header("min-se") == "3600"
        assert int(second.header("session-expires").partition(";")[0]) >= 3600
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()


async def test_a_nonce_that_has_gone_stale_is_answered_by_the_new_one(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(challenges("first"), challenges("second", ", stale=true"), is_called(), gets_bye())
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        trunk = subscriber_of(far_end.port, auth=Authentication.IP)
        async with open_line(trunk=trunk) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.sees(Answered)

            third = await far_end.gets("INVITE", times=3)
            assert 'nonce="second"' in third.header("authorization")
            await call.leg.hang_up()
            await call.ends()
        await far_end.finishes()


async def test_a_digest_that_would_protect_the_body_is_not_guessed_at(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(challenges("first", ', qop="auth-int"'))
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        trunk = subscriber_of(far_end.port, auth=Authentication.IP)
        async with open_line(trunk=trunk) as line:
            ended = await Watch(await line.agent.dial(ASKED)).start().ends()
        await far_end.finishes()

    assert (ended.outcome, ended.sip_code) == (Event.BROKE, 401)


async def test_rtcp_goes_where_the_offer_wants_it_and_on_a_port_of_its_own(line: Line) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp,
    ):
        for each in (rtp, rtcp):
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)
        more = f"a=rtcp:{rtcp.getsockname()[1]} IN IP4 127.0.0.1\r\na=rtcp-mux\r\n"
        async with raw_caller(line.port) as caller:
            call = await in_a_call(line, caller, audio(rtp.getsockname()[1], more=more))
            answer = next(each for each in caller.seen if each.code == 200 and each.method == "INVITE")

            async with asyncio.timeout(15):
                report = await asyncio.get_running_loop().sock_recv(rtcp, 1500)

            assert "a=rtcp-mux" not in answer.body
            assert report[1] in (200, 201), "a sender's or a receiver's report (RFC 3550 §6.4)"
            await call.leg.hang_up()
            await call.ends()
