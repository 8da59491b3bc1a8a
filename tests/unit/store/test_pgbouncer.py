"""PgBouncer in transaction mode: nothing that is kept in a session is missed, and notices go the direct way."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import Connection, text

from engine.model.call import Event, after
from engine.store.accounts import Accounts
from engine.store.calls import Calls, EventFilter
from engine.store.database import Database
from engine.store.event_reader import EventReader
from engine.store.notices import Topic
from tests.peers.pgbouncer import by_way_of, pgbouncer
from tests.peers.postgres import Postgres
from tests.peers.waiting import within
from tests.unit.store.conftest import PEPPER, dropped_at_the_end
from tests.unit.store.samples import NOON, a_call, at

pytestmark = [pytest.mark.postgres, pytest.mark.processes]

AT_ONCE = 40
"""Many more than the pool's three connections to the server."""


@pytest.fixture
def direct_url(postgres: Postgres) -> Iterator[str]:
    yield from dropped_at_the_end(postgres, Postgres.new_database)


@pytest.fixture
async def pooled_url(postgres: Postgres, direct_url: str) -> AsyncIterator[str]:
    async with pgbouncer(postgres) as folder:
        yield by_way_of(folder, direct_url)


@pytest.fixture
async def pooled(pooled_url: str, direct_url: str) -> AsyncIterator[Database]:
    database = await Database.open(pooled_url, listen_url=direct_url)
    yield database
    await database.close()


async def test_it_is_really_between_and_in_transaction_mode(pooled: Database) -> None:
    def backend(connection: Connection) -> int:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)

    async def asks_twice() -> set[int]:
        return {await pooled.ask(backend), await pooled.ask(backend)}

    pids = await asyncio.gather(*(asks_twice() for _ in range(AT_ONCE)))

    assert len({pid for each in pids for pid in each}) <= 3
    assert any(len(each) == 2 for each in pids), "nobody's connection changed"


async def test_many_calls_at_once_are_stored_read_and_changed(pooled: Database) -> None:
    account = await Accounts(pooled, PEPPER).ensure("demo")
    calls = Calls(pooled)

    async def lives(number: int) -> str:
        call = a_call(account.id)
        await calls.add(call)
        await calls.add_event(call.id, "digit", {"digit": str(number)}, NOON)
        ringing = after(call, Event.ALERTED, at(number))
        await calls.save(ringing)
        assert await calls.get(call.id) == ringing
        return call.id

    made = await asyncio.gather(*(lives(number) for number in range(AT_ONCE)))

    noted = [event.facts["digit"] for each in made for event in await calls.events(each)]
    assert noted == [str(number) for number in range(AT_ONCE)]
    read = await EventReader(pooled).behind(0, EventFilter(account.id))
    assert len(read.events) == AT_ONCE


async def test_notices_are_heard_on_the_direct_way(pooled: Database, direct_url: str) -> None:
    ring = pooled.notices.bell(Topic.QUEUES).next_ring
    listening = asyncio.create_task(pooled.listen())
    other = await Database.open(direct_url)
    try:
        async with within(10):
            await ring.wait()
        account = await Accounts(other, PEPPER).ensure("demo")
        call = a_call(account.id)
        await Calls(other).add(call)
        ring = pooled.notices.bell(Topic.EVENTS).next_ring

        await Calls(other).add_event(call.id, "digit", {"digit": "4"}, NOON)

        async with within(5):
            await ring.wait()
    finally:
        await other.close()
        listening.cancel()
        await asyncio.wait([listening])


async def test_space_is_given_free_outside_a_transaction(pooled: Database) -> None:
    assert await pooled.scour()
