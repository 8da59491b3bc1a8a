"""Very many rows of calls in a node's database: copies of one call, each with an id and a time of its own."""

import sqlite3
from pathlib import Path
from typing import Final

from tests.peers.databases import connected

OTHER_NUMBERS: Final = 1000
"""How many callers the copies are of."""

_OWN: Final = ("id", "start_time", "from_")
_AT_ONCE: Final = 1000
"""Rows in a transaction of PostgreSQL: the triggers that count them find one total again the slower, the more often it
was changed in the same one."""
_SECONDS_APART: Final = 10
"""Between the starts of neighbouring rows, so that a million are of four months."""


def copied_in_sqlite(path: Path, count: int) -> None:
    """Copy the row of the only call there is, in SQLite. The database must not be in use."""
    with sqlite3.connect(path) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(calls)")]
        moment = "strftime('%Y-%m-%dT%H:%M:%S', 1760000000 + n * {apart}, 'unixepoch') || '.000000+00:00'"
        values = {
            "id": "'CA' || printf('%012x%020x', (1760000000 + n * {apart}) * 1000, n)",
            "start_time": moment,
            "from_": "printf('+32255%07d', n % {numbers})",
        }
        numbers = "WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {count})"
        database.execute(_insert(columns, values, numbers, "counted", count))
        database.execute("ANALYZE")
    database.close()


async def copied_in_postgres(url: str, count: int) -> None:
    """Copy the row of the only call there is, in PostgreSQL; `url` is SQLAlchemy's."""
    connection = await connected(url)
    try:
        found = await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'calls' ORDER BY ordinal_position"
        )
        values = {
            "id": "'CA' || lpad(to_hex((1760000000 + n * {apart})::bigint * 1000), 12, '0')"
            " || lpad(to_hex(n), 20, '0')",
            "start_time": "to_timestamp(1760000000 + n * {apart})",
            "from_": "'+32255' || lpad((n % {numbers})::text, 7, '0')",
        }
        columns = [row["column_name"] for row in found]
        for first in range(0, count, _AT_ONCE):
            series = f"generate_series({first}, {min(first + _AT_ONCE, count) - 1}) AS counted(n)"
            await connection.execute(_insert(columns, values, "", series, count), timeout=300)
        await connection.execute("ANALYZE calls", timeout=300)
    finally:
        await connection.close()


def _insert(columns: list[str], values: dict[str, str], before: str, source: str, count: int) -> str:
    named = ", ".join(f'"{each}"' for each in columns)
    taken = ", ".join(values[each] if each in _OWN else f'one."{each}"' for each in columns)
    one = "(SELECT * FROM calls LIMIT 1) AS one"
    text = f"INSERT INTO calls ({named}) {before} SELECT {taken} FROM {source} CROSS JOIN {one}"
    return text.format(apart=_SECONDS_APART, numbers=OTHER_NUMBERS, count=count)
