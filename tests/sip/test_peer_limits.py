"""One address that may call takes no more than its part: what is more is to be tried again, and others are heard."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_network
from typing import Final

import pytest

from engine.model.ban import TurnedAwayReason
from engine.ports import Cause, Ear, Said
from sip.config import PeersDue
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.sip.conftest import Line, OpenLine
from tests.sip.guests import guests
from tests.sip.test_floods import COUNT, ELSEWHERE, MOST_GROWTH_KIB, ended, flood, resident_kib

pytestmark = pytest.mark.sip

BOTH: Final = (ip_network("127.0.0.0/8"),)


@asynccontextmanager
async def peers(line: Line, number: int, host: str = HOST) -> AsyncIterator[Sequence[RawCaller]]:
    """So many who call from an address, one after the other."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(raw_caller(line.port, host=host)) for _ in range(number)]


async def called_by(each: RawCaller) -> int | None:
    """How its INVITE is answered."""
    return (await each.asks("INVITE", body=audio())).code


async def answer_all(line: Line, cause: Cause) -> None:
    """Refuse each call that comes in."""
    while True:
        leg, _ = await line.arrivals.get()
        await leg.hang_up(cause)


async def test_calls_beyond_the_limit_of_an_address_are_to_be_tried_again_and_no_other_is_in_the_way(
    open_line: OpenLine,
) -> None:
    async with (
        open_line(allow=BOTH, peers=PeersDue(invites_per_s=1)) as line,
        peers(line, 5) as many,
        peers(line, 1, ELSEWHERE) as (other,),
        asyncio.TaskGroup() as group,
    ):
        answering = group.create_task(answer_all(line, Cause.BUSY))
        codes = [await called_by(each) for each in many]
        elsewhere = await called_by(other)
        news = await line.agent.door.take_news()
        await asyncio.sleep(1.1)
        later = await called_by(many[-1])
        answering.cancel()

    counted = Counter(codes)
    assert (counted[486] + counted[503], counted[503] > 0) == (5, True)
    assert (elsewhere, later) == (486, 486)
    [refused] = news.peers_calls
    assert (refused.source, refused.number, refused.count) == (HOST, "+3225550100", counted[503])
    assert [(each.reason, each.count) for each in news.messages] == [(TurnedAwayReason.PEER_LIMIT, counted[503])]
    assert news.bans == ()


async def test_who_calls_numbers_that_there_are_not_is_soon_looked_at_less_often(open_line: OpenLine) -> None:
    async with (
        open_line(allow=BOTH, peers=PeersDue(wrong_numbers_per_s=1)) as line,
        peers(line, 6) as many,
        asyncio.TaskGroup() as group,
    ):
        answering = group.create_task(answer_all(line, Cause.NOT_FOUND))
        codes = [await called_by(each) for each in many]
        await asyncio.sleep(1.1)
        later = await called_by(many[-1])
        answering.cancel()

    assert codes[:2] == [404, 404]
    assert 503 in codes
    assert set(codes) == {404, 503}
    assert later == 404


async def test_a_peers_flood_keeps_nothing_and_calls_go_on(open_line: OpenLine, ports: Ports) -> None:
    async with (
        open_line(allow=BOTH, peers=PeersDue(invites_per_s=1)) as line,
        guests(line, ports, 2) as (one, other),
        asyncio.TaskGroup() as group,
    ):
        answering = group.create_task(answer_all(line, Cause.NOT_FOUND))
        for said, heard in ((one, other), (other, one)):
            await line.agent.bridge.connect(Said(said.leg), Ear(heard.leg))
        await flood(line.port, "INVITE")
        await line.agent.door.take_news()
        before = resident_kib()

        flooding = group.create_task(flood(line.port, "INVITE"))
        heard_through_it = [await each.hears_of([one, other], seconds=1) for each in (one, other)]
        told = await flooding
        news = await line.agent.door.take_news()
        answering.cancel()

        assert heard_through_it == [{other.hz}, {one.hz}]
        assert resident_kib() - before < MOST_GROWTH_KIB
        assert told["answers"] > COUNT * 0.9
        assert sum(each.count for each in news.peers_calls) > COUNT * 0.9
        assert not any(ended(each) for each in (one, other))
