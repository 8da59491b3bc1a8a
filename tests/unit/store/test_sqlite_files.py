"""A database in a file: kept through a power cut, for its owner alone, and kept by another process for a while."""

import asyncio
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import literal_column, select, text

from engine.errors import StoreError
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.tables.complete import metadata
from tests.peers.databases import migrated_sqlite, sqlite_url
from tests.unit.store.conftest import PEPPER


async def test_sqlite_keeps_what_is_committed_through_a_power_cut(tmp_path: Path) -> None:
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'telefoon.db'}")

    async def pragma(name: str) -> object:
        row = await db.row(select(literal_column("*")).select_from(text(f"pragma_{name}")))
        return next(iter(row.values())) if row else None

    assert await pragma("journal_mode") == "wal"
    assert await pragma("synchronous") == 2, "FULL"
    assert await pragma("foreign_keys") == 1
    await db.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file that another connection can keep to itself, as a second process would."""
    migrated_sqlite(tmp_path / "telefoon.db")
    other = sqlite3.connect(tmp_path / "telefoon.db", isolation_level=None)
    yield other
    other.close()


async def test_who_changes_a_kept_file_is_told_soon_and_readers_go_on(tmp_path: Path, kept: sqlite3.Connection) -> None:
    db = await Database.open(sqlite_url(tmp_path / "telefoon.db"), patience_s=0.3)
    accounts = Accounts(db, PEPPER)
    await accounts.ensure("before")
    kept.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match=r"kept the database to itself for 0\.3 s"):
        await accounts.ensure("meanwhile")
    assert await _names(db) == {"before"}
    kept.execute("ROLLBACK")
    await accounts.ensure("after")

    assert await _names(db) == {"before", "after"}, "who was told no is not written later"
    await db.close()


async def test_who_is_patient_is_written_as_soon_as_a_kept_file_is_free(
    tmp_path: Path, kept: sqlite3.Connection
) -> None:
    db = await Database.open(sqlite_url(tmp_path / "telefoon.db"))
    kept.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.create_task(Accounts(db, PEPPER).ensure(name)) for name in ("one", "two")]
    await asyncio.sleep(1.2)
    assert not any(each.done() for each in waiting)

    kept.execute("ROLLBACK")
    await asyncio.gather(*waiting)

    assert await _names(db) == {"one", "two"}
    await db.close()


async def _names(db: Database) -> set[str]:
    return {str(row["name"]) for row in await db.rows(select(metadata.tables["accounts"]))}


async def test_sqlites_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'new' / 'telefoon.db'}")
    await Accounts(db, PEPPER).ensure("demo")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

    assert set(modes) >= {"telefoon.db", "telefoon.db-wal"}
    assert set(modes.values()) == {0o600}
    await db.close()
