"""A move: from one database into another, in one transaction of the target's."""

from pathlib import Path

from sqlalchemy import URL

from engine.errors import NotMoved
from engine.store import sqlite
from engine.store.database import parsed_url
from engine.store.failure import as_store_error
from engine.store.transfer.copying import MovedTable, Told, copied
from engine.store.transfer.ends import analyze, filling, reading


async def move(source: str, target: str, told: Told) -> list[MovedTable]:
    """Copy all rows, compare them, and then keep them; the source stays as it is. Raises SetupError, StoreError.

    Broken off at any moment it has left no row in the target, and can be begun again.
    """
    here, there = parsed_url(source), parsed_url(target)
    if _are_one(here, there):
        raise NotMoved("Source and target are one database: name another with --to.")
    with as_store_error():
        async with reading(here) as read, filling(there) as filled:
            assert read.sync_connection is not None, "just connected"
            moved = await filled.run_sync(copied, read.sync_connection, told)
        await analyze(there)
    return moved


def _are_one(one: URL, other: URL) -> bool:
    if sqlite.is_file(one) and sqlite.is_file(other):
        return Path(one.database or "").resolve() == Path(other.database or "").resolve()
    return one == other
