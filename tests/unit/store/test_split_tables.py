"""A PostgreSQL database from before its tables had parts: every row stays, while others write until the last moment."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import Column, Connection, func, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from engine.errors import StoreError
from engine.ids import IdKind, first_id, new_id
from engine.model.accounts import Account
from engine.model.call import Status
from engine.store import migration
from engine.store.call_filter import CallFilter
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.migration import configured, migrate
from engine.store.months.month import Month
from engine.store.months.monthly_table import MONTHLY, names_of_parts
from engine.store.months.splitting import prepare
from engine.store.outbox import NewCallback
from engine.store.postgresql import create_engine
from engine.store.tables.calls import call_events, call_totals, calls, outbox, webhook_exchanges
from tests.peers.databases import connected
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import dropped_at_the_end
from tests.unit.store.samples import NOON, a_call, a_full_call
from tests.unit.store.test_exchanges import an_exchange

pytestmark = pytest.mark.postgres

ADD_COLUMN = DefaultImpl.add_column
TOLD = NewCallback("https://customer.example/", {"CallStatus": "told"})
Rows = Mapping[str, Sequence[Any]]
_AS_BEFORE = text("INSERT INTO accounts (id, name, created_at) VALUES (:id, :name, :created_at)")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    yield from dropped_at_the_end(postgres, Postgres.migrated_database)


@pytest.fixture
async def before(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """The database as the release before knew it: nobody migrates it.

    `calls` has what later releases add all the same, as calls are written by today's statements.
    """
    database = await Database.open(url)
    await database.write(lambda connection: command.downgrade(configured(connection), "0035"))
    await database.write(add_later_columns)
    monkeypatch.setattr(DefaultImpl, "add_column", adding_what_is_missing)
    yield database
    await database.close()


def add_later_columns(connection: Connection) -> None:
    known = {each["name"] for each in inspect(connection).get_columns(calls.name)}
    for column in calls.columns:
        if column.name not in known:
            kind = column.type.compile(connection.dialect)
            connection.execute(text(f"ALTER TABLE calls ADD COLUMN {column.name} {kind}"))


def adding_what_is_missing(self: DefaultImpl, table_name: str, column: Column[Any], **how: Any) -> None:
    if table_name != calls.name or column.name not in calls.columns:
        ADD_COLUMN(self, table_name, column, **how)


async def filled(database: Database) -> Account:
    """With a call of which everything is known, its leg, and what was noted of both."""
    account = Account(new_id(IdKind.ACCOUNT), "demo", NOON)
    known = {"id": account.id, "name": account.name, "created_at": account.created_at}
    await database.write(lambda connection: connection.execute(_AS_BEFORE, known).rowcount)
    stored = Calls(database)
    parent = a_call(account.id, status=Status.COMPLETED)
    leg = a_full_call(account.id, parent.id)
    for call in (parent, leg):
        await stored.add(call, TOLD)
        await stored.add_event(call.id, "ringing", {"n": 1}, NOON)
    await Exchanges(database).add([an_exchange(account.id, each) for each in (parent.id, leg.id, None)])
    return account


async def rows_of(database: Database) -> Rows:
    tables = (calls, call_events, webhook_exchanges, outbox, call_totals)
    return {table.name: await database.rows(select(table).order_by(*table.primary_key)) for table in tables}


async def prepared(url: str) -> None:
    """As a node of the new release does first."""
    engine = create_engine(make_url(url))
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.run_sync(prepare, datetime.now(UTC))
    await engine.dispose()


async def test_every_row_is_there_afterwards(url: str, before: Database) -> None:
    await filled(before)
    kept = await rows_of(before)

    await migrate(make_url(url))

    assert await rows_of(before) == kept
    assert await names_of_all_parts(before) == {
        name
        for table in MONTHLY
        for name in (table.before, table.other, table.of(Month.of(datetime.now(UTC)).plus(2)).name)
    }


async def names_of_all_parts(database: Database) -> set[str]:
    def names(connection: Connection) -> set[str]:
        return {name for table in MONTHLY for name in names_of_parts(connection, table)}

    return await database.read(names)


async def test_a_node_of_the_release_before_writes_on_until_the_tables_are_split(url: str, before: Database) -> None:
    account = await filled(before)
    await prepared(url)
    meanwhile = a_call(account.id)
    await Calls(before).add(meanwhile, TOLD)
    await Calls(before).add_event(meanwhile.id, "ringing", {}, NOON)
    kept = await rows_of(before)

    await migrate(make_url(url))
    later = a_call(account.id)
    await Calls(before).add(later, TOLD)

    found, total = await Calls(before).find(CallFilter(account.id))
    assert {each["id"] for each in kept["calls"]} | {later.id} == {call.id for call in found}
    assert total == 4


async def test_preparing_again_and_twice_at_once_does_no_harm(url: str, before: Database) -> None:
    await filled(before)
    kept = await rows_of(before)
    await prepared(url)
    await prepared(url)

    await asyncio.gather(migrate(make_url(url)), migrate(make_url(url)))

    assert await rows_of(before) == kept


async def test_rows_with_identifiers_of_another_make_are_kept_too(url: str, before: Database) -> None:
    account = await filled(before)
    strange = a_call(account.id, id=f"CA{'e' * 32}")
    await Calls(before).add(strange, TOLD)
    await Calls(before).add_event(strange.id, "ringing", {}, NOON)
    kept = await rows_of(before)

    await migrate(make_url(url))

    assert await rows_of(before) == kept


async def test_what_refers_to_calls_still_refers_to_one_that_there_is(url: str, before: Database) -> None:
    account = await filled(before)
    await migrate(make_url(url))

    with pytest.raises(StoreError):
        await before.change(
            text(
                "INSERT INTO outbox (id, call_id, sequence, url, form, state, attempts, next_at)"
                " VALUES ('CB1', 'CA-unknown', 0, 'https://customer.example/', '{}', 'pending', 0, now())"
            )
        )
    with pytest.raises(StoreError):
        await Calls(before).add(a_call("AC-unknown"))
    assert (await Calls(before).find(CallFilter(account.id)))[1] == 2


async def test_events_are_counted_on_from_the_last(url: str, before: Database) -> None:
    account = await filled(before)
    last = await last_event(before)
    await migrate(make_url(url))

    call = a_call(account.id, id=first_id(IdKind.CALL, NOON))
    await Calls(before).add(call)
    await Calls(before).add_event(call.id, "ringing", {}, NOON)

    assert await last_event(before) == last + 1


async def last_event(db: Database) -> int:
    """The newest event's number."""
    row = await db.row(select(func.max(call_events.c.id).label("id")))
    assert row is not None
    return int(row["id"])


async def test_what_was_prepared_is_undone_where_the_tables_could_not_be_split(
    url: str, before: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await filled(before)

    def failing(_: Connection) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(migration, "_upgrade", failing)
    with pytest.raises(StoreError, match="The disk is full"):
        await migrate(make_url(url))

    later = a_call(account.id, id=first_id(IdKind.CALL, Month.of(datetime.now(UTC)).plus(3).begins))
    await Calls(before).add(later)
    assert await Calls(before).get(later.id) == later


async def test_who_reads_for_long_is_not_waited_for(url: str, before: Database) -> None:
    await filled(before)
    kept = await rows_of(before)
    backup = await connected(url)
    async with backup.transaction():
        await backup.fetch("SELECT * FROM calls")

        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate(make_url(url))

        assert await rows_of(before) == kept
    await backup.close()
    await migrate(make_url(url))
    assert await rows_of(before) == kept
