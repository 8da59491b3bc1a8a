"""A year's rows for the bench: as many as were asked for, each in its month, found as any others."""

from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import text

from bench.scenarios.year import SWEPT, YearOfRows
from bench.year_rows import EVENTS_OF_CALL, MONTHS, Year, fill
from engine.store.accounts import Accounts
from engine.store.call_filter import CallFilter
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.months.monthly_table import CALLS, MONTHLY
from tests.peers.postgres import required
from tests.unit.store.conftest import first_month

pytestmark = pytest.mark.postgres

_CALLS: Final = 50 * MONTHS


@pytest.fixture
def url() -> Iterator[str]:
    with required() as server:
        address = server.migrated_database()
        yield address
        server.drop(address)


async def test_a_years_rows_are_in_their_months_and_in_each_list(url: str) -> None:
    database = await Database.open(url)
    account = await Accounts(database, b"p" * 32).ensure("bench")
    year = Year(account.id, _CALLS, await first_month(database))
    await fill(url, year)

    calls = Calls(database)
    known = year.call_id(year.months[3], 10)
    assert (await calls.find(CallFilter(account.id)))[1] == _CALLS
    assert len(await calls.events(known)) == EVENTS_OF_CALL
    assert (await Exchanges(database).of_call(known))[1] == 1
    assert [call.parent_id for call in await calls.children(known)] == [known]
    for table in MONTHLY:
        for month in year.months:
            rows = await count(database, table.of(month).name)
            assert rows == _CALLS // MONTHS * (EVENTS_OF_CALL if table.name == "call_events" else 1)
    asked = YearOfRows(database, year)
    for ask in {**asked.lists(), **asked.lists_of_events(), **asked.sweeps(SWEPT)}.values():
        await ask()
    await database.close()


async def test_calls_alone_are_in_their_months_without_what_happened_on_them(url: str) -> None:
    database = await Database.open(url)
    account = await Accounts(database, b"p" * 32).ensure("bench")
    year = Year(account.id, _CALLS, await first_month(database))
    await fill(url, year, (CALLS,))

    assert (await Calls(database).find(CallFilter(account.id)))[1] == _CALLS
    assert await Calls(database).events(year.call_id(year.months[3], 10)) == []
    for ask in YearOfRows(database, year).lists().values():
        await ask()
    await database.close()


async def test_a_filled_part_has_the_indexes_of_one_that_a_node_makes(url: str) -> None:
    database = await Database.open(url)
    account = await Accounts(database, b"p" * 32).ensure("bench")
    present = await first_month(database)
    year = Year(account.id, _CALLS, present)
    await fill(url, year)

    for table in MONTHLY:
        filled = await indexes(database, table.of(year.months[0]).name)
        assert filled == await indexes(database, table.of(present).name)
    await database.close()


async def indexes(database: Database, part: str) -> list[str]:
    """What each index of a part is, without names."""
    query = text("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(:part)")
    found = await database.read(lambda connection: connection.scalars(query, {"part": part}).all())
    return sorted(each.partition(" USING ")[2] for each in found)


async def count(database: Database, table: str) -> int:
    query = text(f"SELECT count(*) FROM {table}")
    return int(await database.read(lambda connection: connection.scalar(query)) or 0)
