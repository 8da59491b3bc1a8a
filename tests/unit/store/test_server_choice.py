"""Of several hosts in PostgreSQL's URL, the one that answers as wanted is used, whatever the others do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from engine.errors import StoreError
from engine.store.database import Database
from engine.store.server_choice import connect
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.postgres

WANTED = {"user": "postgres", "target_session_attrs": "read-write"}


@asynccontextmanager
async def silent(folder: Path) -> AsyncIterator[str]:
    """A host that takes connections and says nothing: its folder."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(say_nothing, str(folder / ".s.PGSQL.5432"))
    try:
        yield str(folder)
    finally:
        server.close()


def place(url: str) -> tuple[str, str]:
    """The host of a database's URL, and the database's name."""
    parts = urlsplit(url)
    (host,) = parse_qs(parts.query)["host"]
    return host, parts.path[1:]


async def test_a_host_that_says_nothing_holds_nobody_up(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.migrated_database()
    host, name = place(url)
    try:
        async with silent(tmp_path) as mute:
            hosts = f"host={mute}:5432&host={host}:5432&target_session_attrs=read-write"
            database = await Database.open(f"postgresql+asyncpg://postgres@/{name}?{hosts}")
            try:
                found = await database.ask(
                    lambda connection: connection.execute(select(func.current_database())).scalar()
                )
            finally:
                await database.close()
    finally:
        postgres.drop(url)
    assert found == name


async def test_while_no_host_takes_changes_the_database_fails(postgres: Postgres) -> None:
    url = postgres.migrated_database()
    host, name = place(url)
    hosts = f"host={host}:5432&host={host}:5432&target_session_attrs=read-write"
    try:
        with postgres.read_only(url), pytest.raises(StoreError):
            await Database.open(f"postgresql+asyncpg://postgres@/{name}?{hosts}")
    finally:
        postgres.drop(url)


async def test_what_the_last_host_said_is_raised_where_none_is_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await connect(host=[str(tmp_path), str(tmp_path / "other")], port=5432, database="any", timeout=5, **WANTED)
