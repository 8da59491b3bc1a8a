"""Dialogs before they are answered: an UPDATE that changes the session, and forks that each send early media."""

import asyncio

import pytest

from engine.ports import Answered
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import audio
from tests.peers.raw_rtp import RawRtp
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, Watch, dial

pytestmark = pytest.mark.sip


def reliable(number: int) -> tuple[str, str]:
    return ("Require: 100rel", f"RSeq: {number}")


async def is_sent_sound(rtp: RawRtp, packets: int = 10) -> None:
    """So many packets come from now on."""
    before = len(rtp.came)
    await eventually(
        lambda: len(rtp.came) >= before + packets, within_s=5, otherwise=lambda: f"{packets} packets more than {before}"
    )


async def progresses(far_end: RawCallee, rtp: RawRtp) -> SipMessage:
    """A session that is in progress, which was acknowledged; the INVITE is given."""
    invite = await far_end.gets("INVITE")
    far_end.answer(invite, "183 Session Progress", *reliable(1), body=audio(rtp.port))
    far_end.answer(await far_end.gets("PRACK"), "200 OK")
    return invite


async def is_answered_and_ends(call: Watch, far_end: RawCallee, invite: SipMessage, **answer: str) -> None:
    far_end.answer(invite, "200 OK", **answer)
    await call.sees(Answered)
    await far_end.gets("ACK")
    hanging_up = asyncio.create_task(call.leg.hang_up())
    far_end.answer(await far_end.gets("BYE"), "200 OK")
    await hanging_up
    await call.ends()


async def test_an_update_before_the_answer_moves_the_early_media(line: Line) -> None:
    with RawRtp() as first, RawRtp() as second:
        async with raw_callee() as far_end:
            call = await dial(line, far_end.port)
            invite = await progresses(far_end, first)
            await is_sent_sound(first)

            updated = await far_end.asks(invite, "UPDATE", body=audio(second.port).replace("1 1 IN", "1 2 IN"))

            assert updated.code == 200
            assert updated.sdp is not None
            assert updated.sdp.direction == "sendrecv"
            await is_sent_sound(second)
            await is_answered_and_ends(call, far_end, invite)


async def test_the_fork_that_answers_is_heard_and_not_the_one_that_rang_before(line: Line) -> None:
    with RawRtp() as first, RawRtp() as second:
        async with raw_callee() as far_end:
            call = await dial(line, far_end.port)
            invite = await far_end.gets("INVITE")
            far_end.answer(invite, "183 Session Progress", body=audio(first.port), tag="one")
            await is_sent_sound(first)
            far_end.answer(invite, "183 Session Progress", body=audio(second.port), tag="two")
            await asyncio.sleep(0.3)

            far_end.answer(invite, "200 OK", body=audio(second.port), tag="two")
            await call.sees(Answered)

            await is_sent_sound(second)
            await asyncio.sleep(0.2)
            before = len(first.came)
            await is_sent_sound(second)
            assert len(first.came) == before
            hanging_up = asyncio.create_task(call.leg.hang_up())
            bye = await far_end.gets("BYE")
            far_end.answer(bye, "200 OK")
            await hanging_up
            assert bye.header("to").endswith("tag=two")


async def test_a_far_end_that_hangs_up_before_any_answer_is_told_that_there_is_no_call(line: Line) -> None:
    async with raw_callee() as far_end:
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")

        assert (await far_end.asks(invite, "BYE")).code == 481
        far_end.answer(invite, "487 Request Terminated")
        await call.ends()
