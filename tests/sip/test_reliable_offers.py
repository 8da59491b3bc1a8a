"""Offers and answers in reliable provisional answers and in PRACK (RFC 3262 section 5, RFC 6337 section 2.2)."""

from pathlib import Path
from typing import Any

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Answered, Ear, MediaChanged
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_message import SipMessage
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip


def rack(answer: SipMessage) -> str:
    return f"RAck: {answer.header('rseq')} 1 INVITE"


async def acknowledged(caller: RawCaller, code: int, body: str = "") -> tuple[SipMessage, SipMessage]:
    """The reliable answer with the code, and what its PRACK with this body is answered."""
    answer = await caller.gets(code)
    caller.to_tag = answer.header("to").rpartition("tag=")[2]
    before = len(caller.seen)
    caller.request("PRACK", rack(answer), body=body)
    return answer, await caller.answer("PRACK", after=before)


@pytest.mark.parametrize(
    ("fields", "header"),
    [({}, "Require: 100rel"), ({"reliable_provisionals": "required"}, "Supported: 100rel")],
)
async def test_who_offers_nothing_and_wants_reliable_answers_is_offered_in_the_first(
    open_line: OpenLine, ear: RtpEar, prompt: Path, fields: dict[str, Any], header: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        await line.agent.use_trunks([new_trunk({"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], **fields})])
        caller.request("INVITE", header)
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.ring()

        progress, taken = await acknowledged(caller, 183, audio(ear.port))
        ringing, _ = await acknowledged(caller, 180)

        assert progress.sdp is not None
        assert "100rel" in progress.header("require")
        assert (taken.code, taken.body) == (200, "")
        assert int(ringing.header("rseq")) == int(progress.header("rseq")) + 1
        await call.sees(MediaChanged)
        await line.agent.bridge.play(prompt, to=[Ear(leg.id)], loop=True)
        await ear.hears(440, within_s=5)
        await leg.answer()
        answer = await caller.answer("INVITE")
        caller.request("ACK", number=1)
        await call.sees(Answered)
        assert (answer.code, answer.body) == (200, "")
        await ear.hears(440, within_s=5, since_s=ear.now_s)
        await leg.hang_up()


async def test_who_offers_nothing_and_leaves_answers_unreliable_is_offered_in_the_200(
    open_line: OpenLine,
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        caller.request("INVITE", "Supported: 100rel")
        leg, _ = await line.takes()
        await leg.ring()
        ringing = await caller.gets(180)
        await leg.answer()
        answer = await caller.answer("INVITE")

    assert ringing.body == ""
    assert answer.sdp is not None
    assert not [each for each in caller.seen if each.code == 183]


async def test_a_new_offer_in_prack_is_answered_in_its_200_and_moves_the_sound(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        with RtpEar() as moved:
            caller.request("INVITE", "Require: 100rel")
            leg, _ = await line.takes()
            call = Watch(leg).start()
            await leg.ring()
            await acknowledged(caller, 183, audio(ear.port))
            await call.sees(MediaChanged)

            _, taken = await acknowledged(caller, 180, audio(moved.port).replace("1 1 IN", "1 2 IN"))

            assert taken.sdp is not None
            assert taken.sdp.direction == "sendrecv"
            await line.agent.bridge.play(prompt, to=[Ear(leg.id)], loop=True)
            await moved.hears(440, within_s=5)
            await leg.answer()
            answer = await caller.answer("INVITE")
            caller.request("ACK", number=1)
            await call.sees(Answered)
            assert answer.body == ""
            await moved.hears(440, within_s=5, since_s=moved.now_s)
            await leg.hang_up()


async def test_a_new_offer_in_prack_of_nothing_that_we_carry_ends_the_call_with_488(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        caller.request("INVITE", "Require: 100rel")
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.ring()
        await acknowledged(caller, 183, audio())

        offered = audio().replace("1 1 IN", "1 2 IN").replace("RTP/AVP 8", "RTP/AVP 96").replace("8 PCMA", "96 AMR")
        await acknowledged(caller, 180, offered)

        refused = await caller.answer("INVITE")
        assert refused.code == 488
        await call.ends()
