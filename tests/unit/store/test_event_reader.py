"""Events of many writers at once, read by nodes that begin again where they stopped: all, once, in one order."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

import pytest
from sqlalchemy import Connection, text

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.store.accounts import Accounts
from engine.store.calls import Calls, EventFilter
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.event_reader import PATIENCE_S, EventReader
from tests.peers.waiting import within
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON, a_call

WRITERS: Final = 12
EACH: Final = 25
READERS: Final = 4
SLOWEST_S: Final = 0.06


@pytest.fixture
async def node(shared_url: str) -> AsyncIterator[Database]:
    database = await Database.open(shared_url)
    yield database
    await database.close()


@pytest.fixture
async def account(node: Database) -> Account:
    return await Accounts(node, PEPPER).ensure("demo")


@pytest.fixture
async def call(node: Database, account: Account) -> str:
    made = a_call(account.id)
    await Calls(node).add(made)
    return made.id


def slowly(noting: Job[None], before_s: float, after_s: float, *, fails: bool) -> Job[None]:
    """Notes an event in a transaction that takes its time before it, and before it is committed or rolled back."""

    def job(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(:s)"), {"s": before_s})
        noting(connection)
        connection.execute(text("SELECT pg_sleep(:s)"), {"s": after_s})
        if fails:
            raise StoreError("rolled back")

    return job


async def writes(node: Database, call: str, writer: int, chance: random.Random) -> list[str]:
    """Note events one after the other; gives those that were committed."""
    committed = []
    for number in range(EACH):
        name, fails = f"{writer}.{number}", chance.random() < 0.15
        noting = Calls(node).noting(call, "digit", {"digit": name}, NOON)
        pauses = chance.uniform(0, SLOWEST_S / 3), chance.uniform(0, SLOWEST_S)
        try:
            await node.write(slowly(noting, *pauses, fails=fails))
            committed.append(name)
        except StoreError:
            assert fails
    return committed


async def reads(url: str, wanted: EventFilter, done: asyncio.Event, chance: random.Random) -> list[tuple[int, str]]:
    """Read, on one node and the next, each time from behind the last event that was had."""
    had: list[tuple[int, str]] = []
    nodes = [await Database.open(url) for _ in range(2)]
    try:
        at_the_end = False
        while not at_the_end:
            reader, place = EventReader(chance.choice(nodes)), had[-1][0] if had else 0
            at_the_end = done.is_set()
            for _ in range(chance.randint(1, 12) if not at_the_end else 1):
                read = await reader.behind(place, wanted)
                had += [(event.id, event.facts["digit"]) for event in read.events]
                place = read.place
                await asyncio.sleep(chance.uniform(0, 0.03))
        return had
    finally:
        for each in nodes:
            await each.close()


@pytest.mark.postgres
async def test_every_reader_sees_each_event_once_in_one_order_whoever_commits_when(
    node: Database, shared_url: str, account: Account, call: str
) -> None:
    seed = random.randrange(1_000_000)
    done, wanted = asyncio.Event(), EventFilter(account.id)
    readers = [
        asyncio.create_task(reads(shared_url, wanted, done, random.Random(seed + each))) for each in range(READERS)
    ]

    written = await asyncio.gather(*(writes(node, call, each, random.Random(seed - each)) for each in range(WRITERS)))
    done.set()
    read = await asyncio.gather(*readers)

    committed = sorted(name for names in written for name in names)
    for had in read:
        identifiers = [number for number, _ in had]
        assert identifiers == sorted(set(identifiers)), f"seed {seed}"
        assert sorted(name for _, name in had) == committed, f"seed {seed}"
    assert all(had == read[0] for had in read), f"seed {seed}"


async def held_open(node: Database, call: str, let_go: asyncio.Event) -> None:
    """A transaction that has noted an event and does nothing more for as long as the test wants it."""
    driver: Any = node._connections
    async with driver._engine.connect() as connection:
        await connection.run_sync(Calls(node).noting(call, "digit", {"digit": "slow"}, NOON))
        await let_go.wait()
        await connection.commit()


@pytest.mark.postgres
async def test_who_reads_waits_for_one_who_writes_but_not_for_ever(node: Database, account: Account, call: str) -> None:
    now_s, let_go, wanted = [0.0], asyncio.Event(), EventFilter(account.id)
    reader = EventReader(node, lambda: now_s[0])
    place = await reader.newest()
    writing = asyncio.create_task(held_open(node, call, let_go))
    async with within(5):
        while await reader.newest() == place:
            await asyncio.sleep(0.02)
    await Calls(node).add_event(call, "digit", {"digit": "quick"}, NOON)

    waits = await reader.behind(place, wanted)
    now_s[0] = PATIENCE_S + 1
    goes_on = await reader.behind(place, wanted)
    let_go.set()
    await writing

    assert (list(waits.events), waits.unsettled) == ([], True)
    assert [event.facts["digit"] for event in goes_on.events] == ["quick"]


@pytest.mark.postgres
async def test_who_is_cut_off_in_a_transaction_is_ended_by_the_server(node: Database) -> None:
    def limits(connection: Connection) -> dict[str, str]:
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        return {name: connection.scalar(text(f"SHOW {name}")) or "" for name in names}

    assert await node.read(limits) == {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "4s"}


async def test_a_place_that_no_event_has_come_to_is_behind_the_newest(
    db: Database, accounts: Accounts, calls: Calls
) -> None:
    account = await accounts.ensure("demo")
    made = a_call(account.id)
    await calls.add(made)
    await note(calls, made.id, NOON)
    reader = EventReader(db)

    read = await reader.behind(1_000_000, EventFilter(account.id))
    await note(calls, made.id, NOON)
    later = await reader.behind(read.place, EventFilter(account.id))

    assert (len(read.events), len(later.events)) == (0, 1)


async def note(calls: Calls, call_id: str, moment: datetime) -> None:
    await calls.add_event(call_id, "digit", {"digit": "4"}, moment)


async def test_many_streams_share_a_look(db: Database, accounts: Accounts) -> None:
    account = await accounts.ensure("demo")
    looked = 0
    asked = db.read

    async def counting(job: Job[Any]) -> Any:
        nonlocal looked
        looked += 1
        return await asked(job)

    db.read = counting  # type: ignore[method-assign]
    reader = EventReader(db)
    async with within(10):
        await asyncio.gather(*(reader.behind(0, EventFilter(account.id)) for _ in range(50)))

    assert looked <= 2
