"""A trunk that answers far fewer calls than it used to is left alone while another carries calls."""

import asyncio

import pytest

from engine.ports import Answered, DialRequest, TrunkTried
from engine.routing.answer_seizure import SeizureRule
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import audio
from tests.peers.raw_rtp import RawRtp
from tests.peers.sip_answerer import sip_answerer
from tests.sip.conftest import Line, OpenLine, Watch, trunk_to

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
RULE = SeizureRule(enough_calls=2, window_s=6.0)


async def is_answered(line: Line, carrier: RawCallee, rtp: RawRtp, number: int) -> None:
    call = Watch(await line.agent.dial(ASKED)).start()
    carrier.answer(await carrier.gets("INVITE", times=number), "200 OK", body=audio(rtp.port))
    await call.sees(Answered)
    hanging_up = asyncio.create_task(call.leg.hang_up())
    carrier.answer(await carrier.gets("BYE", times=number), "200 OK")
    await hanging_up
    await call.ends()


async def tried(call: Watch) -> list[str]:
    await call.ends()
    return [each.trunk for each in call.seen if isinstance(each, TrunkTried)]


async def is_not_found(line: Line, carrier: RawCallee, number: int) -> list[str]:
    call = Watch(await line.agent.dial(ASKED)).start()
    carrier.answer(await carrier.gets("INVITE", times=number), "404 Not Found")
    return await tried(call)


async def test_calls_go_by_another_trunk_once_the_first_answers_far_fewer(open_line: OpenLine) -> None:
    async with raw_callee() as first, sip_answerer(lambda _: "486 Busy Here") as second:
        trunks = [trunk_to(first.port, "first"), trunk_to(second.port, "second", priority=1)]
        with RawRtp() as rtp:
            async with open_line(trunks=trunks, seizure_rule=RULE) as line:
                for number in (1, 2):
                    await is_answered(line, first, rtp, number)
                await asyncio.sleep(RULE.window_s)

                failed = [await is_not_found(line, first, number) for number in (3, 4)]
                next_call = await tried(Watch(await line.agent.dial(ASKED)).start())

    assert (failed, next_call) == ([["first"], ["first"]], ["second"])


async def test_a_trunk_that_is_the_only_one_carries_calls_however_few_it_answers(open_line: OpenLine) -> None:
    async with raw_callee() as only:
        with RawRtp() as rtp:
            async with open_line(trunk=trunk_to(only.port, "only"), seizure_rule=RULE) as line:
                for number in (1, 2):
                    await is_answered(line, only, rtp, number)
                await asyncio.sleep(RULE.window_s)

                failed = [await is_not_found(line, only, number) for number in (3, 4, 5)]

    assert failed == [["only"]] * 3
