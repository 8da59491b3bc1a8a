"""Those who ask one PostgreSQL at once for the bench: what they commit and store is in it."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from bench.committers import CONNECTIONS, Notified, commits
from bench.database_server import database_server, work_of
from bench.limited_calls import LIMITS, limited_account
from tests.peers.databases import connected
from tests.peers.postgres import required

pytestmark = pytest.mark.postgres

BRIEFLY_S = 0.2


@pytest.fixture
def url() -> Iterator[str]:
    with required() as server:
        address = server.migrated_database()
        yield address
        server.drop(address)


async def count(url: str, table: str) -> int:
    connection = await connected(url)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
    finally:
        await connection.close()


@pytest.mark.parametrize("told", Notified)
async def test_each_commit_is_a_row_and_is_timed(url: str, told: Notified) -> None:
    figures = await commits(url, BRIEFLY_S, told)

    assert figures[f"{told}_per_s"] > 0
    assert figures[f"{told}_ms_p50"] <= figures[f"{told}_ms_p99"]
    assert await count(url, "bench_rows") >= CONNECTIONS


async def test_a_pace_is_kept_to(url: str) -> None:
    figures = await commits(url, 5 * BRIEFLY_S, Notified.NONE, 50)

    assert await count(url, "bench_rows") <= 50 + CONNECTIONS
    assert "untold_at_50_ms_p50" in figures


async def test_calls_are_stored_and_ended_under_each_limit(url: str) -> None:
    async with AsyncExitStack() as stack:
        account = await limited_account(url, stack)
        figures = [await account.stored(BRIEFLY_S, name) for name in LIMITS]

    assert all(each[f"{name}_calls_per_s"] > 0 for name, each in zip(LIMITS, figures, strict=True))
    assert await count(url, "calls") > 0
    assert await count(url, "calls WHERE end_time IS NULL") == 0


async def test_a_server_tells_what_it_was_asked() -> None:
    with database_server() as server:
        url = server.migrated_database()
        before = await work_of(url)
        connection = await connected(url)
        for _ in range(10):
            async with connection.transaction():
                await connection.execute("SELECT 1")
        await connection.close()

        work = await work_of(url) - before

    assert work.commits == 10
    assert 10 <= work.transactions < 20
    assert 20 <= work.statements < 50
