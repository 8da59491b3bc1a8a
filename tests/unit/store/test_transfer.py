"""A database moved to another: all of it or nothing, each value as it was, and the old one left alone."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, insert, make_url, select, text

from engine.errors import NotMoved, SetupError
from engine.model.call import Status
from engine.store import postgresql, sqlite
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.tables.calls import call_events
from engine.store.tables.complete import metadata
from engine.store.transfer.ends import BEGUN_WITH
from engine.store.transfer.moving import move
from engine.store.transfer.stored_tables import as_stored
from tests.peers.databases import migrated_sqlite, sqlite_url
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import PEPPER
from tests.unit.store.filled_tables import Rows, filled, stored
from tests.unit.store.samples import NOON, a_call

pytestmark = pytest.mark.postgres

Contents = dict[str, list[tuple[Any, ...]]]


def untold(_: str, __: int, ___: int) -> None:
    """Nobody hears how far it is."""


@pytest.fixture
def source(tmp_path: Path) -> str:
    return migrated_sqlite(tmp_path / "telefoon.db")


@pytest.fixture
def target(postgres: Postgres) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


async def used(url: str, *, calls: int = 1) -> None:
    """A database with an account and its calls, which nobody has open any more."""
    database = await Database.open(url)
    account = await Accounts(database, PEPPER).ensure("demo")
    for _ in range(calls):
        await Calls(database).add(a_call(account.id, status=Status.COMPLETED))
    await database.close()


def contents(connection: Connection) -> Contents:
    """All rows of all tables as they are kept, in an order that is the same in every database."""
    return {
        table.name: sorted((tuple(row) for row in connection.execute(select(as_stored(table)))), key=repr)
        for table in metadata.sorted_tables
    }


def contents_of_file(url: str) -> Contents:
    engine = sqlite.create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            return contents(connection)
    finally:
        engine.dispose()


async def contents_of_server(url: str) -> Contents:
    engine = postgresql.create_engine(make_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(contents)
    finally:
        await engine.dispose()


@pytest.mark.costly("a database is made on the server for each example, with all tables filled")
def test_every_value_that_a_column_holds_is_there_as_it_was(postgres: Postgres, tmp_path: Path) -> None:
    numbers = count()

    @settings(max_examples=8, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    @given(filled())
    def example(rows: Rows) -> None:
        here, there = migrated_sqlite(tmp_path / f"{next(numbers)}.db"), postgres.migrated_database()
        fill(here, rows)

        moved = asyncio.run(move(here, there, untold))

        before = contents_of_file(here)
        assert asyncio.run(contents_of_server(there)) == before
        assert {each.table: each.rows for each in moved} == {name: len(found) for name, found in before.items()}
        postgres.drop(there)

    example()


def fill(url: str, rows: Rows) -> None:
    engine = sqlite.create_engine(make_url(url))
    with sqlite.for_writing(engine).begin() as connection:
        stored(connection, rows)
    engine.dispose()


async def test_what_the_database_counts_up_goes_on_behind_what_was_moved(source: str, target: str) -> None:
    await used(source)
    database = await Database.open(source)
    (call,) = (await database.rows(select(metadata.tables["calls"].c.id)))[0].values()
    event: dict[str, Any] = {"call_id": call, "at": NOON, "kind": "ringing", "facts": {}}
    await database.change(insert(call_events), {"id": 41, **event})
    await database.close()

    await move(source, target, untold)

    moved = await Database.open(target)
    await moved.change(insert(call_events), event)
    numbers = await moved.rows(select(call_events.c.id).order_by(call_events.c.id))
    await moved.close()
    assert [row["id"] for row in numbers] == [41, 42]


async def test_triggers_work_as_before_and_count_nothing_twice(source: str, target: str) -> None:
    await used(source, calls=3)

    await move(source, target, untold)
    await used(target)

    (counted,) = (await contents_of_server(target))["call_totals"]
    assert counted[-1] == 4


async def test_the_source_stays_as_it_was(source: str, target: str) -> None:
    await used(source)
    file = Path(make_url(source).database or "")
    before = hashlib.sha256(file.read_bytes()).digest()

    await move(source, target, untold)

    assert hashlib.sha256(file.read_bytes()).digest() == before


async def test_it_is_told_how_far_it_is(source: str, target: str) -> None:
    await used(source, calls=1001)
    told: list[tuple[str, int, int]] = []

    await move(source, target, lambda *each: told.append(each))

    assert [each for each in told if each[0] == "calls"] == [("calls", 1000, 1001), ("calls", 1001, 1001)]


async def test_a_server_is_moved_into_a_file_too(source: str, target: str, tmp_path: Path) -> None:
    await used(source)
    await move(source, target, untold)

    await move(target, sqlite_url(tmp_path / "back.db"), untold)

    assert contents_of_file(sqlite_url(tmp_path / "back.db")) == contents_of_file(source)


@pytest.fixture
async def in_use(source: str) -> AsyncIterator[str]:
    """A source that a node has open, which has nothing to do at the moment."""
    await used(source)
    node = await Database.open(source)
    await node.ping()
    yield source
    await node.close()


async def test_a_source_that_a_node_uses_is_not_moved(in_use: str, target: str) -> None:
    with pytest.raises(NotMoved, match="source is in use: stop all nodes"):
        await move(in_use, target, untold)


async def test_a_server_that_a_node_uses_is_neither_source_nor_target(source: str, target: str, tmp_path: Path) -> None:
    node = await Database.open(target)
    await node.ping()

    with pytest.raises(NotMoved, match="source is in use"):
        await move(target, sqlite_url(tmp_path / "other.db"), untold)
    with pytest.raises(NotMoved, match="target is in use"):
        await move(source, target, untold)

    await node.close()


async def test_nobody_opens_the_source_while_it_is_moved(source: str, target: str) -> None:
    await used(source)
    refused: list[str] = []

    def opened(*_: object) -> None:
        with sqlite3.connect(make_url(source).database or "", timeout=0.1) as other:
            try:
                other.execute("SELECT 1 FROM accounts")
            except sqlite3.OperationalError as error:
                refused.append(str(error))

    await move(source, target, opened)

    assert set(refused) == {"database is locked"}


async def test_a_target_with_rows_is_left_alone(source: str, target: str) -> None:
    await used(target)
    before = await contents_of_server(target)

    with pytest.raises(NotMoved, match="target is not empty: there are rows in accounts, call_totals, calls"):
        await move(source, target, untold)

    assert await contents_of_server(target) == before


@pytest.mark.parametrize(
    ("step", "advice"),
    [("0033", "run any command of this program on it|Run any command"), ("9999", "which is newer than this one")],
)
async def test_a_source_of_another_step_is_not_moved(source: str, target: str, step: str, advice: str) -> None:
    with sqlite3.connect(make_url(source).database or "") as file:
        file.execute("UPDATE alembic_version SET version_num = ?", [step])
    file.close()

    with pytest.raises(NotMoved, match=f"step {step}.*({advice})"):
        await move(source, target, untold)


async def test_a_file_that_is_not_there_is_not_made(target: str, tmp_path: Path) -> None:
    with pytest.raises(NotMoved, match="There is no file"):
        await move(sqlite_url(tmp_path / "none.db"), target, untold)

    assert not (tmp_path / "none.db").exists()


async def test_a_file_without_tables_is_no_source(target: str, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    with pytest.raises(NotMoved, match="source has no tables of Telefoon"):
        await move(sqlite_url(tmp_path / "empty.db"), target, untold)


async def test_a_database_is_not_moved_into_itself(source: str) -> None:
    with pytest.raises(NotMoved, match="are one database"):
        await move(source, source, untold)


async def test_a_url_of_another_kind_is_refused(source: str) -> None:
    with pytest.raises(SetupError, match="mysql is not a database"):
        await move(source, "mysql://there/x", untold)


async def test_a_row_that_can_not_be_kept_there_is_named_and_nothing_is_kept(source: str, target: str) -> None:
    await used(source)
    with sqlite3.connect(make_url(source).database or "") as file:
        file.execute("UPDATE calls SET method = 'PROPFIND'")
        (call,) = file.execute("SELECT id FROM calls").fetchone()
    file.close()

    with pytest.raises(NotMoved, match=f"row of calls with id {call} can't be stored there: .*too long"):
        await move(source, target, untold)

    assert filled_tables(await contents_of_server(target)) == {each.name for each in BEGUN_WITH}


async def test_a_value_that_comes_back_otherwise_keeps_everything_out(source: str, target: str) -> None:
    """As by a target whose owner has altered a column."""
    await used(source)
    with sqlite3.connect(make_url(source).database or "") as file:
        file.execute("UPDATE calls SET price = '0.0375'")
    file.close()
    database = await Database.open(target)
    await database.change(text("ALTER TABLE calls ALTER price TYPE NUMERIC(9, 3)"))
    await database.close()

    with pytest.raises(NotMoved, match="calls is not there as it was read"):
        await move(source, target, untold)

    assert filled_tables(await contents_of_server(target)) == {each.name for each in BEGUN_WITH}


async def test_one_that_was_broken_off_begins_anew(source: str, target: str) -> None:
    await used(source)

    def broken_off(table: str, *_: int) -> None:
        if table == "calls":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await move(source, target, broken_off)
    moved = await move(source, target, untold)

    assert {each.table: each.rows for each in moved}["calls"] == 1
    assert await contents_of_server(target) == contents_of_file(source)


async def test_migrations_put_rows_where_it_is_known_that_they_do(source: str) -> None:
    assert filled_tables(contents_of_file(source)) == {each.name for each in BEGUN_WITH}


def filled_tables(found: Contents) -> set[str]:
    return {name for name, rows in found.items() if rows}
