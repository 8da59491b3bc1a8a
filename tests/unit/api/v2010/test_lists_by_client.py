"""Long lists, as the package `twilio` reads them: page by page, as a stream, and with every filter."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.call import Call, Direction, Status
from engine.model.call_options import CallOptions
from tests.peers.twilio_client import client_of, does
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import NOON

MANY = 500
OTHER = "+3225550177"


@pytest.fixture
async def newest_first(program: Program) -> list[str]:
    """The ids of 500 calls, a minute apart; each fifth came in, was answered and has ended half a minute later."""
    ids = []
    for minute in range(MANY):
        at = NOON - timedelta(minutes=minute)
        came_in = minute % 5 == 0
        parties = (OTHER, NUMBER) if came_in else (NUMBER, TO)
        direction = Direction.INBOUND if came_in else Direction.OUTBOUND
        call = Call.begun(direction, *parties, CallOptions(), account_id=program.account.id, at=at, node="node-1")
        if came_in:
            call = replace(call, status=Status.COMPLETED, answer_time=at, end_time=at + timedelta(seconds=30))
        await program.site.call_service.calls.add(call)
        ids.append(call.id)
    return ids


async def test_a_program_pages_through_500_calls(program: Program, newest_first: list[str]) -> None:
    calls = client_of(program.site.address, program.user, program.secret).calls

    assert [call.sid for call in await does(calls.list)] == newest_first
    assert [call.sid for call in await does(calls.list, page_size=1000)] == newest_first
    assert [call.sid for call in await does(calls.list, limit=120)] == newest_first[:120]
    assert [call.sid for call in await does(lambda: list(calls.stream(limit=75, page_size=20)))] == newest_first[:75]


async def test_a_program_walks_from_page_to_page(program: Program, newest_first: list[str]) -> None:
    calls = client_of(program.site.address, program.user, program.secret).calls

    first = await does(calls.page, page_size=200)
    second = await does(first.next_page)
    back = await does(second.previous_page)
    third = await does(second.next_page)

    assert [call.sid for call in [*first]] == newest_first[:200]
    assert [call.sid for call in [*second]] == newest_first[200:400]
    assert [call.sid for call in [*third]] == newest_first[400:]
    assert [call.sid for call in [*back]] == newest_first[:200]
    assert await does(third.next_page) is None


async def test_a_call_that_begins_meanwhile_moves_no_page(program: Program, newest_first: list[str]) -> None:
    calls = client_of(program.site.address, program.user, program.secret).calls
    first = await does(calls.page, page_size=100)

    at = NOON + timedelta(minutes=1)
    newer = Call.begun(
        Direction.OUTBOUND, NUMBER, TO, CallOptions(), account_id=program.account.id, at=at, node="node-1"
    )
    await program.site.call_service.calls.add(newer)
    second = await does(first.next_page)

    assert [call.sid for call in [*second]] == newest_first[100:200]


async def test_every_filter_narrows_the_list(program: Program, newest_first: list[str]) -> None:
    calls = client_of(program.site.address, program.user, program.secret).calls
    came_in = newest_first[::5]
    hour = NOON - timedelta(hours=1)

    async def found(**filters: object) -> list[str]:
        return [call.sid for call in await does(calls.list, **filters)]

    assert await found(status="completed") == came_in
    assert await found(from_=OTHER) == came_in
    assert await found(to=TO, limit=4) == newest_first[1:5]
    assert await found(start_time_after=hour) == newest_first[:61]
    assert await found(start_time_before=hour) == newest_first[61:]
    assert await found(start_time=hour) == newest_first[60:61]
    assert await found(end_time_after=hour) == newest_first[:61:5]
    assert await found(end_time_before=hour, status="completed") == newest_first[65::5]
    assert await found(end_time=hour + timedelta(seconds=30)) == newest_first[60:61]
    assert await found(status="completed", to=NUMBER, from_=OTHER, start_time_after=hour) == newest_first[:61:5]
    assert await found(parent_call_sid=newest_first[0]) == []
