"""Databases whose tables are there already: copies of one that is migrated once in a run."""

import shutil
from pathlib import Path
from typing import Final

import asyncpg

from engine.store.database import Database
from tests.running.once import made_once, run_apart

_TEMPLATE: Final = "migrated.db"


def migrated_sqlite(path: Path) -> str:
    """SQLAlchemy URL of a fresh database in the file `path`, with all tables and no rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template(), path)
    path.chmod(0o600)
    return sqlite_url(path)


def template() -> Path:
    """A database with all tables and no rows, to be copied."""
    return made_once(_TEMPLATE, _make)


async def connected(url: str, longest_s: float | None = None) -> asyncpg.Connection:
    """A connection to PostgreSQL besides those of nodes; `url` is SQLAlchemy's. No statement takes over `longest_s`."""
    return await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"), command_timeout=longest_s)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file as SQLAlchemy wants it."""
    return f"sqlite+aiosqlite:///{path}"


def migrate(url: str) -> None:
    """Make the tables. It may be called where an event loop runs."""

    async def opened_and_closed() -> None:
        await (await Database.open(url)).close()

    run_apart(opened_and_closed())


def _make(path: Path) -> None:
    migrate(sqlite_url(path))
