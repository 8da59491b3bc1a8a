"""Databases whose tables are there already: copies of one that is migrated once in a run."""

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Final

from engine.store import Database
from tests.running.once import made_once

_TEMPLATE: Final = "migrated.db"


def migrated_sqlite(path: Path) -> str:
    """SQLAlchemy URL of a fresh database in the file `path`, with all tables and no rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made_once(_TEMPLATE, _make), path)
    path.chmod(0o600)
    return sqlite_url(path)


def sqlite_url(path: Path) -> str:
    """As SQLAlchemy wants it."""
    return f"sqlite+aiosqlite:///{path}"


def migrate(url: str) -> None:
    """Make the tables. It may be called where an event loop runs."""

    async def opened_and_closed() -> None:
        await (await Database.open(url)).close()

    # A loop of its own needs a thread of its own.
    migrating = threading.Thread(target=lambda: asyncio.run(opened_and_closed()))
    migrating.start()
    migrating.join()


def _make(path: Path) -> None:
    migrate(sqlite_url(path))
