"""A PostgreSQL for what is measured: it writes to its disk as one in production does, and counts what it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self

from tests.peers.databases import connected
from tests.peers.postgres import Postgres, programs, running

COUNTS_STATEMENTS: Final = "pg_stat_statements"
_WHOLE: Final = "SELECT pg_stat_force_next_flush()"
_COMMITTED: Final = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
_STATEMENTS: Final = f"""
    SELECT coalesce(sum(calls), 0) AS statements, coalesce(sum(total_exec_time), 0) AS took_ms,
           coalesce(sum(calls) FILTER (WHERE query = 'COMMIT'), 0) AS commits
    FROM {COUNTS_STATEMENTS} WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class Work:
    """What a database has done so far, for all who ask it.

    `transactions` are all (xact_commit), a statement by itself is one too; `commits` those that were begun and
    committed by name, `statements` all, `took_ms` the time that the server took for them (pg_stat_statements).
    """

    transactions: float
    statements: float
    commits: float
    took_ms: float

    def __sub__(self, other: Self) -> "Work":
        return Work(
            self.transactions - other.transactions,
            self.statements - other.statements,
            self.commits - other.commits,
            self.took_ms - other.took_ms,
        )

    def times(self, factor: float) -> "Work":
        return Work(factor * self.transactions, factor * self.statements, factor * self.commits, factor * self.took_ms)


def work_of_call(idle: Work, idle_s: float, loaded: Work, loaded_s: float, calls: int) -> dict[str, float]:
    """The part of a call in what was done under load, without what is done in as much time without any call."""
    own = (loaded - idle.times(loaded_s / idle_s)).times(1 / calls)
    return {
        "transactions_per_call": own.transactions,
        "commits_per_call": own.commits,
        "statements_per_call": own.statements,
        "database_ms_per_call": own.took_ms,
    }


@contextmanager
def database_server() -> Iterator[Postgres]:
    """A server of this measurement alone. Raises RuntimeError where there is no PostgreSQL on this machine."""
    binaries = programs()
    if binaries is None:
        raise RuntimeError("there is no PostgreSQL on this machine")
    with running(binaries, fsync="on", shared_preload_libraries=COUNTS_STATEMENTS) as server:
        yield server


def pid_of(server: Postgres) -> int:
    """The process whose children serve all connections."""
    return int((server.folder / "data" / "postmaster.pid").read_text().split()[0])


async def work_of(url: str) -> Work:
    """What this database has done since the server started."""
    connection = await connected(url)
    try:
        await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {COUNTS_STATEMENTS}")
        await connection.execute(_WHOLE)
        transactions = await connection.fetchval(_COMMITTED)
        row = await connection.fetchrow(_STATEMENTS)
        return Work(transactions, float(row["statements"]), float(row["commits"]), row["took_ms"])
    finally:
        await connection.close()
