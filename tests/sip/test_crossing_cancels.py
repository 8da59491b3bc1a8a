"""A CANCEL and an answer that cross on the wire (RFC 3261 §9.1): the call that came about is hung up on."""

import asyncio

import pytest

from engine.ports import Alerted, Cause
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line, Watch, dial

pytestmark = pytest.mark.sip


async def test_who_answers_while_we_cancel_is_acknowledged_and_hung_up_on(line: Line) -> None:
    async with raw_callee() as far_end, within(20):
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "180 Ringing")
        await call.sees(Alerted)
        hanging_up = asyncio.create_task(call.leg.hang_up(Cause.UNAVAILABLE))

        cancel = await far_end.gets("CANCEL")
        far_end.answer(invite, "200 OK", body=audio())
        far_end.answer(cancel, "481 Call/Transaction Does Not Exist")

        await far_end.gets("ACK")
        far_end.answer(await far_end.gets("BYE"), "200 OK")
        await hanging_up
        await call.ends()
        while await line.agent.strays():
            await asyncio.sleep(0.05)


async def test_a_caller_whose_cancel_crosses_our_answer_is_in_the_call_until_it_hangs_up(line: Line) -> None:
    async with raw_caller(line.port) as far_end, within(20):
        far_end.branch = "z9hG4bKcrossing"  # a CANCEL has that of its INVITE
        far_end.request("INVITE", body=audio(), number=1)
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        answered = await far_end.answer("INVITE")

        far_end.request("CANCEL", number=1)
        cancelled = await far_end.answer("CANCEL")
        far_end.branch, far_end.to_tag = "", answered.header("to").rpartition("tag=")[2]
        far_end.request("ACK", number=1)
        far_end.request("BYE", number=2)
        hung_up = await far_end.answer("BYE")

        await call.ends()
    assert (cancelled.code in {200, 481}, hung_up.code) == (True, 200)
