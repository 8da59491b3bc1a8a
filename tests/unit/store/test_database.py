"""The database itself: opened, migrated, read, closed, and clear when something is wrong."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, text

from engine.errors import SetupError, StoreError
from engine.model.accounts import Account
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.months.monthly_table import MONTHLY, names_of_parts
from engine.store.prepared import PreparedQuery
from engine.store.tables.accounts import accounts
from engine.store.tables.complete import metadata
from tests.peers.databases import migrated_sqlite, sqlite_url
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON, a_call

REFERENCES_GIVEN_UP = (
    "fk_calls_parent_id", "fk_call_events_call_id", "fk_webhook_exchanges_account_id", "fk_webhook_exchanges_call_id",
)  # fmt: skip


async def test_what_migrations_make_is_what_tables_say(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        parts = frozenset(part for table in MONTHLY for part in names_of_parts(connection, table))
        opts: dict[str, Any] = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: kind != "table" or name not in parts,
        }
        found = compare_metadata(MigrationContext.configure(connection, opts=opts), metadata)
        return [each for each in found if not (parts and is_of_parts(each, parts))]

    assert await db.write(differences) == []


def is_of_parts(difference: Any, parts: frozenset[str]) -> bool:
    """A table in parts refers to fewer; what refers to it is told of each of its parts once more."""
    what, which, *_ = difference
    if what == "add_fk":
        return which.name in REFERENCES_GIVEN_UP
    return what == "remove_fk" and which.elements[0].target_fullname.partition(".")[0] in parts


async def test_a_database_opened_again_has_kept_what_was_stored(empty_url: str) -> None:
    first = await Database.open(empty_url)
    account = await Accounts(first, PEPPER).ensure("demo")
    await first.close()

    second = await Database.open(empty_url)
    assert await Accounts(second, PEPPER).all() == [account]
    await second.close()


async def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    newer = await Database.open(empty_url)
    await newer.change(text("UPDATE alembic_version SET version_num = '9999', oldest_reader = '9999'"))
    await newer.close()

    with pytest.raises(StoreError, match=r"newer than this program.*9999"):
        await Database.open(empty_url)


@pytest.mark.processes
def test_one_that_is_up_to_date_is_opened_without_loading_what_migrates(tmp_path: Path) -> None:
    opening = (
        "import asyncio, sys\n"
        "from engine.store.database import Database\n"
        "async def opened_and_closed():\n"
        "    await (await Database.open(sys.argv[1])).close()\n"
        "asyncio.run(opened_and_closed())\n"
        "print('alembic' in sys.modules)\n"
    )
    loaded = {}
    for name, url in (("new", sqlite_url(tmp_path / "new.db")), ("up to date", migrated_sqlite(tmp_path / "old.db"))):
        done = subprocess.run([sys.executable, "-c", opening, url], check=True, capture_output=True, text=True)
        loaded[name] = done.stdout.strip()

    assert loaded == {"new": "True", "up to date": "False"}


async def test_a_healthy_database_answers(db: Database) -> None:
    await db.ping()


async def test_a_closed_database_stores_nothing_more(db: Database, calls: Calls, account: Account) -> None:
    await db.close()

    with pytest.raises(StoreError, match="closed"):
        await calls.add(a_call(account.id))
    with pytest.raises(StoreError, match="closed"):
        await db.ping()


async def test_who_is_cancelled_while_it_reads_leaves_no_connection_open(tmp_path: Path) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def job(connection: Connection) -> None:
        connection.execute(select(1))
        reading.set()
        go_on.wait()

    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    asking = asyncio.create_task(database.read(job))
    await asyncio.to_thread(reading.wait)

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    go_on.set()
    await database.close()
    opened = {str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.exists()}
    assert not {each for each in opened if each.startswith(str(tmp_path))}


async def test_queries_that_belong_together_see_one_moment(tmp_path: Path) -> None:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    counted, go_on = threading.Event(), threading.Event()
    count = PreparedQuery(select(func.count().label("accounts")).select_from(accounts))

    def job(connection: Connection) -> list[object]:
        before = count.first(connection, {})
        counted.set()
        go_on.wait()
        return [before, count.first(connection, {}), {"accounts": connection.scalar(select(func.count(accounts.c.id)))}]

    reading = asyncio.create_task(database.read(job))
    await asyncio.to_thread(counted.wait)
    await Accounts(database, PEPPER).ensure("meanwhile")
    go_on.set()

    assert await reading == [{"accounts": 0}] * 3
    await database.close()


async def test_what_was_asked_for_before_the_close_is_stored(empty_url: str) -> None:
    first = await Database.open(empty_url)
    account = await Accounts(first, PEPPER).ensure("demo")
    calls = [a_call(account.id) for _ in range(10)]
    adding = [asyncio.ensure_future(Calls(first).add(call)) for call in calls]
    await asyncio.sleep(0)
    await first.close()
    await asyncio.gather(*adding)

    second = await Database.open(empty_url)
    assert [await Calls(second).get(call.id) for call in calls] == calls
    await second.close()


@pytest.mark.postgres
async def test_a_server_that_took_no_changes_takes_them_again(postgres: Postgres) -> None:
    url = postgres.migrated_database()
    database = await Database.open(url)
    with postgres.read_only(url):
        with pytest.raises(StoreError, match="read-only transaction"):
            await Accounts(database, b"pepper").ensure("demo")
        with pytest.raises(StoreError, match="read-only transaction"):
            await database.ping()

    await database.ping()
    account = await Accounts(database, b"pepper").ensure("demo")
    await database.close()
    postgres.drop(url)

    assert account.name == "demo"


@pytest.mark.postgres
async def test_a_connection_lost_while_idle_is_made_anew(postgres: Postgres) -> None:
    url = postgres.new_database()
    db = await Database.open(url)
    await Accounts(db, PEPPER).ensure("before")

    postgres.disconnect_all(url)
    await Accounts(db, PEPPER).ensure("after")
    postgres.disconnect_all(url)

    assert len(await Accounts(db, PEPPER).all()) == 2
    await db.close()
    postgres.drop(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "can't be read"),
        ("telefoon.db", "can't be read"),
        ("mysql://localhost/x", "mysql is not a database"),
        ("sqlite:///telefoon.db", "sqlite is not a database"),
        ("sqlite+aiosqlite://", "needs a file"),
        ("sqlite+aiosqlite:///:memory:", "needs a file"),
        ("sqlite+aiosqlite:////proc/telefoon.db", "/proc/telefoon.db can't be opened"),
    ],
)
async def test_a_url_of_no_database_says_what_to_write(url: str, said: str) -> None:
    with pytest.raises(SetupError, match=said) as caught:
        await Database.open(url)

    assert "sqlite+aiosqlite:///" in str(caught.value) or "TELEFOON_DATABASE_URL" in str(caught.value)


async def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "telefoon.db"
    path.write_bytes(b"This is no database, and long enough to be read as the head of one." * 100)

    with pytest.raises(StoreError, match="not a database"):
        await Database.open(f"sqlite+aiosqlite:///{path}")


async def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await Database.open(f"postgresql+asyncpg://postgres:s3cret@/telefoon?host={tmp_path}")

    assert "s3cret" not in str(caught.value)
    assert str(caught.value).startswith("The database did not do as asked: ")


async def test_a_failure_tells_no_values(calls: Calls, account: Account) -> None:
    call = a_call(account.id, to="+31205550142", start_time=NOON)
    await calls.add(call)

    with pytest.raises(StoreError) as caught:
        await calls.add(call)

    assert "+31205550142" not in str(caught.value)
