"""An SQLite file that is replaced while it is open: nothing is written beside it, and whoever opens it is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.store.accounts import Accounts
from engine.store.database import Database
from tests.peers.databases import migrated_sqlite, sqlite_url

pytestmark = pytest.mark.processes

OPENS: str = """
import asyncio, sys
from engine.errors import StoreError
from engine.store.database import Database

async def opened():
    try:
        database = await Database.open(sys.argv[1])
    except StoreError as error:
        print(error)
    else:
        await database.close()
        print("opened")

asyncio.run(opened())
"""


def opened_by_another(url: str) -> str:
    """What another process says that opens it."""
    return subprocess.run(
        [sys.executable, "-c", OPENS, url], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def copy(of: Path, to: Path) -> None:
    """By another process: this one would take SQLite's locks away as it closes the file."""
    subprocess.run(["cp", of, to], check=True)


async def test_what_is_replaced_takes_nothing_until_it_is_put_back(tmp_path: Path) -> None:
    file, kept = tmp_path / "telefoon.db", tmp_path / "kept"
    database = await Database.open(migrated_sqlite(file))
    accounts = Accounts(database, b"pepper")
    await accounts.ensure("before")

    file.rename(kept)
    copy(kept, file)
    with pytest.raises(StoreError, match="is no longer the one that this node has opened"):
        await accounts.ensure("meanwhile")
    with pytest.raises(StoreError, match="is no longer the one"):
        await database.ping()
    told = opened_by_another(sqlite_url(file))
    kept.replace(file)
    await database.ping()
    await accounts.ensure("after")

    assert "another one is in use" in told
    assert [each.name for each in await accounts.all()] == ["after", "before"]
    assert opened_by_another(sqlite_url(file)) == "opened"
    await database.close()


async def test_a_file_that_was_moved_away_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "telefoon.db"
    database = await Database.open(migrated_sqlite(file))

    file.rename(tmp_path / "elsewhere")

    with pytest.raises(StoreError, match="moved away or replaced"):
        await database.ping()
    await database.close()


async def test_others_open_it_while_it_is_in_use(tmp_path: Path) -> None:
    url = migrated_sqlite(tmp_path / "telefoon.db")
    database = await Database.open(url)
    await Accounts(database, b"pepper").ensure("demo")

    assert opened_by_another(url) == "opened"

    assert await Accounts(database, b"pepper").by_name("demo") is not None
    await database.close()
