"""Calls that come in by a trunk above its limits are to be tried again later; calls in progress go on."""

import asyncio
from dataclasses import replace

import pytest

from engine.model.refusal import RefusalRule
from engine.model.trunk import Authentication
from engine.routing.capacity import CallsNow
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import NUMBER
from tests.sip.conftest import Line, OpenLine, Watch, trunk_to
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


async def refused(line: Line) -> SipMessage:
    """The answer to a caller of its own who is not let in."""
    async with raw_caller(line.port) as caller:
        answer = await caller.asks("INVITE", body=audio())
    assert line.arrivals.empty()
    return answer


async def gives_up(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)
    await caller.asks("BYE")
    await call.ends()


async def test_a_call_above_the_limit_of_its_trunk_is_refused_until_another_has_ended(open_line: OpenLine) -> None:
    async with (
        open_line(trunk=trunk_to(9, "carrier", max_calls_in=1)) as line,
        raw_caller(line.port) as first,
        raw_caller(line.port) as second,
    ):
        call = await in_a_call(line, first)

        answer = await refused(line)
        assert (answer.code, answer.header("retry-after")) == (503, "10")
        assert line.noted == [(RefusalRule.TRUNK, NUMBER)]
        assert await line.agent.trunk_calls() == {"carrier": CallsNow(inbound=1)}

        await first.asks("BYE")
        await call.ends()
        await gives_up(line, second)


async def test_a_call_that_comes_by_no_trunk_is_none_of_the_trunk_that_has_the_called_user(open_line: OpenLine) -> None:
    trunk = trunk_to(
        9, "carrier", auth=Authentication.NONE, user=NUMBER, password="x", from_host="127.0.0.1", max_calls_in=1
    )
    async with open_line(trunk=trunk) as line, raw_caller(line.port) as caller:
        asking = asyncio.create_task(caller.asks("INVITE", body=audio()))
        leg, arrival = await line.takes()
        call = Watch(leg).start()
        await leg.answer()

        assert (await asking).code == 200
        assert arrival.trunk == ""
        assert await line.agent.trunk_calls() == {}
        await caller.asks("BYE")
        await call.ends()


async def test_a_limit_that_is_changed_holds_from_the_next_call_on(open_line: OpenLine) -> None:
    trunk = trunk_to(9, "carrier")
    async with (
        open_line(trunk=trunk) as line,
        raw_caller(line.port) as first,
        raw_caller(line.port) as second,
        raw_caller(line.port) as third,
    ):
        calls = [await in_a_call(line, first), await in_a_call(line, second)]
        await line.agent.use_trunks([replace(trunk, max_calls_in=1)])

        assert (await refused(line)).code == 503
        assert [(await each.asks("OPTIONS")).code for each in (first, second)] == [200, 200]

        await line.agent.use_trunks([replace(trunk, max_calls_in=3)])
        calls.append(await in_a_call(line, third))
        for call in calls:
            await call.leg.hang_up()


async def test_more_calls_a_second_than_a_trunk_takes_are_refused(open_line: OpenLine) -> None:
    async with (
        open_line(trunk=trunk_to(9, "carrier", max_cps_in=1)) as line,
        raw_caller(line.port) as first,
    ):
        await gives_up(line, first)

        answer = await refused(line)

    assert (answer.code, answer.header("retry-after")) == (503, "1")


async def test_callers_of_no_trunk_have_no_limit(open_line: OpenLine) -> None:
    async with open_line(trunk=trunk_to(9, "carrier", max_calls_in=1)) as line, raw_caller(line.port) as first:
        await line.agent.use_trunks([])

        await gives_up(line, first)

    assert line.noted == []
