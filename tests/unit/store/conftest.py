"""Every test that asks for `db` runs on SQLite and on a private PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from engine.ids import moment_of
from engine.model.accounts import Account
from engine.store.account_secrets import AccountSecrets
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.conferences import Conferences
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.months.month import Month
from engine.store.months.monthly_table import CALLS
from engine.store.numbers import Numbers
from engine.store.outbox import Outbox
from engine.store.recordings import Recordings
from tests.peers.databases import migrated_sqlite, sqlite_url
from tests.peers.postgres import Postgres, required

PEPPER = b"p" * 32


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with required() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database's kind."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that does not exist yet, or is empty."""
    if backend == "sqlite":
        yield sqlite_url(tmp_path / "telefoon.db")
    else:
        yield from dropped_at_the_end(request.getfixturevalue("postgres"), Postgres.new_database)


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no rows."""
    if backend == "sqlite":
        yield migrated_sqlite(tmp_path / "telefoon.db")
    else:
        yield from dropped_at_the_end(request.getfixturevalue("postgres"), Postgres.migrated_database)


async def first_month(db: Database) -> Month:
    """The first month of which calls have a part of their own, on PostgreSQL: that in which the database was made.

    A run of the tests may go over a month's end, and copies one database for all of them.
    """
    parts = await db.read(CALLS.parts)
    return Month.of(moment_of(next(part.since for part in parts if part.since is not None)))


def dropped_at_the_end(server: Postgres, make: Callable[[Postgres], str]) -> Iterator[str]:
    """The URL of a database of one test."""
    address = make(server)
    yield address
    server.drop(address)


@pytest.fixture
def shared_url(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL with all tables and no rows, where that alone is the subject."""
    yield from dropped_at_the_end(postgres, Postgres.migrated_database)


@pytest.fixture
async def server(shared_url: str) -> AsyncIterator[Database]:
    database = await Database.open(shared_url)
    yield database
    await database.close()


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url)
    yield database
    await database.close()


@pytest.fixture
def accounts(db: Database) -> Accounts:
    return Accounts(db, PEPPER)


@pytest.fixture
def secrets(db: Database) -> AccountSecrets:
    return AccountSecrets(db, PEPPER)


@pytest.fixture
def exchanges(db: Database) -> Exchanges:
    return Exchanges(db)


@pytest.fixture
def numbers(db: Database) -> Numbers:
    return Numbers(db)


@pytest.fixture
def calls(db: Database) -> Calls:
    return Calls(db)


@pytest.fixture
def outbox(db: Database) -> Outbox:
    return Outbox(db, "node-1")


@pytest.fixture
def conferences(db: Database) -> Conferences:
    return Conferences(db)


@pytest.fixture
def recordings(db: Database) -> Recordings:
    return Recordings(db)


@pytest.fixture
async def account(accounts: Accounts) -> Account:
    return await accounts.ensure("demo")


@pytest.fixture
async def stranger(accounts: Accounts) -> Account:
    return await accounts.ensure("stranger")
