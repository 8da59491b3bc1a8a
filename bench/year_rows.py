"""A year's rows in PostgreSQL: calls, their events and the ledger, each month in its part, made by the database itself.

A part gets its indexes when all its rows are there, which takes a fraction of the time.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy import make_url

from engine.ids import IdKind
from engine.store.call_triggers import count_all
from engine.store.months.month import Month
from engine.store.months.monthly_table import CALLS, EVENTS, EXCHANGES, MONTHLY, MonthlyTable
from engine.store.postgresql import create_engine
from tests.peers.databases import connected

MONTHS: Final = 12
CALLERS: Final = 1000
EVENTS_OF_CALL: Final = 4
PARENTS_EACH: Final = 10
"""One of so many calls has a leg: the next."""

_CALLED: Final = 100_000
_SECONDS: Final = 28 * 86_400
"""Of a month in which its calls begin, so that each is of that month."""
_LONGEST_S: Final = 7200
"""For a statement: VACUUM of 6 million calls with their events took more than ten minutes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Year:
    """So many calls of one account, spread evenly over the months before the present one."""

    account_id: str
    calls: int
    present: Month

    @property
    def months(self) -> list[Month]:
        return [self.present.plus(number - MONTHS) for number in range(MONTHS)]

    @property
    def calls_a_month(self) -> int:
        return self.calls // MONTHS

    @property
    def step_ms(self) -> int:
        """The time between the beginnings of two calls."""
        return _SECONDS * 1000 // self.calls_a_month

    def call_id(self, month: Month, number: int) -> str:
        """The identifier of the call of that number in that month."""
        return f"{IdKind.CALL}{_ms(month) + number * self.step_ms:012x}{number:020x}"

    def caller(self, number: int) -> str:
        return f"+32255{number % CALLERS:07}"


async def fill(url: str, year: Year, tables: Sequence[MonthlyTable] = MONTHLY) -> None:
    """Fill these tables of an empty database; `url` is SQLAlchemy's. Months are filled as many at once as fit cores."""
    async with _filling(url) as connection:
        for table in MONTHLY:
            await _make_room(connection, table, year.months[0])
    months = iter(year.months)
    async with asyncio.TaskGroup() as group:
        for _ in range(os.cpu_count() or 1):
            group.create_task(_fill_months(url, year, tables, months))
    async with _filling(url) as connection:
        for table in tables:
            await connection.execute(f"ANALYZE {table.name}")
    engine = create_engine(make_url(url), statement_timeout_s=None)
    async with engine.begin() as begun:
        await begun.run_sync(count_all)
    await engine.dispose()


async def _fill_months(url: str, year: Year, tables: Sequence[MonthlyTable], months: Iterator[Month]) -> None:
    async with _filling(url) as connection:
        for month in months:
            for table in tables:
                await _fill_part(connection, table, month, _ROWS[table.name](year, month))


@asynccontextmanager
async def _filling(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Triggers and references rest meanwhile."""
    connection = await connected(url, _LONGEST_S)
    try:
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        yield connection
    finally:
        await connection.close()


async def bytes_of(url: str) -> dict[str, int]:
    """What each table takes on the disk with its indexes."""
    connection = await connected(url)
    try:
        size = "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = $1::text::regclass"
        return {table.name: int(await connection.fetchval(size, table.name)) for table in MONTHLY}
    finally:
        await connection.close()


async def _make_room(connection: asyncpg.Connection, table: MonthlyTable, first: Month) -> None:
    """Let the part before all months, which is empty, end where the year begins."""
    await connection.execute(
        f"ALTER TABLE {table.name} DETACH PARTITION {table.before};"
        f"ALTER TABLE {table.name} ATTACH PARTITION {table.before}"
        f" FOR VALUES FROM (MINVALUE) TO ('{table.bound(first)}')"
    )


async def _fill_part(connection: asyncpg.Connection, table: MonthlyTable, month: Month, rows: str) -> None:
    """Its indexes are there before it becomes a part, which is one after the other."""
    part = table.of(month)
    await connection.execute(
        f"CREATE TABLE {part.name} (LIKE {table.name} INCLUDING DEFAULTS); INSERT INTO {part.name} {rows};"
    )
    await connection.execute(f"ALTER TABLE {part.name} ADD PRIMARY KEY (id)")
    for index in [*await _indexes_of_all(connection, table), *table.own_indexes]:
        await connection.execute(f"CREATE INDEX ON {part.name} USING {index}")
    await connection.execute(f"VACUUM ANALYZE {part.name}")
    await connection.execute(
        f"ALTER TABLE {table.name} ATTACH PARTITION {part.name} FOR VALUES FROM ('{part.since}') TO ('{part.until}')"
    )


async def _indexes_of_all(connection: asyncpg.Connection, table: MonthlyTable) -> list[str]:
    """What each part's indexes are, but for its key."""
    query = (
        "SELECT pg_get_indexdef(indexrelid) AS made FROM pg_index"
        " WHERE indrelid = $1::text::regclass AND NOT indisprimary AND NOT indisunique"
    )
    return [each["made"].partition(" USING ")[2] for each in await connection.fetch(query, table.name)]


def _calls(year: Year, month: Month) -> str:
    columns = (
        'id, account_id, direction, from_, "to", status, start_time, node, answer_time, end_time, parent_id, timeout_s,'
        " record, language, attempts, price, price_unit, sip_call_id, sip_code, trunk"
    )
    return (
        f"({columns}) SELECT {_id_of(year, month, IdKind.CALL)}, '{year.account_id}',"
        f" CASE WHEN n % 3 = 0 THEN 'outbound' ELSE 'inbound' END, '+32255' || lpad((n % {CALLERS})::text, 7, '0'),"
        f" '+31205' || lpad((n % {_CALLED})::text, 6, '0'),"
        " (ARRAY['completed', 'completed', 'completed', 'busy', 'no-answer', 'failed'])[1 + n % 6], moment, 'node-1',"
        " moment + interval '5 s', moment + interval '95 s',"
        f" CASE WHEN n % {PARENTS_EACH} = 1 THEN {_id_of(year, month, IdKind.CALL, 'n - 1')} END,"
        " 60, false, 'nl-BE', '[]', 0.0120, 'EUR', md5(n::text) || '@10.0.0.1', 200, 'carrier'"
        f" FROM {_numbers(year)}, LATERAL (SELECT {_moment(year, month)}) AS moments(moment)"
    )


def _events(year: Year, month: Month) -> str:
    return (
        f"(call_id, at, kind, facts) SELECT {_id_of(year, month, IdKind.CALL)},"
        f" {_moment(year, month)} + e * interval '1 s',"
        " (ARRAY['ringing', 'answered', 'digit', 'ended'])[e], '{\"code\": 200, \"reason\": \"OK\"}'"
        f" FROM {_numbers(year)}, generate_series(1, {EVENTS_OF_CALL}) AS events(e)"
    )


def _exchanges(year: Year, month: Month) -> str:
    columns = (
        "id, request_id, account_id, call_id, kind, at, method, url, form, format, attempt, latency_ms, status, answer"
    )
    return (
        f"({columns}) SELECT {_id_of(year, month, IdKind.EXCHANGE)}, {_id_of(year, month, IdKind.REQUEST)},"
        f" '{year.account_id}', {_id_of(year, month, IdKind.CALL)}, 'document',"
        f" {_moment(year, month)}, 'POST', 'https://customer.example/flow',"
        " '{}', 'form', 1, 12, 200, ''"
        f" FROM {_numbers(year)}"
    )


def _numbers(year: Year) -> str:
    return f"generate_series(0, {year.calls_a_month - 1}) AS numbers(n)"


def _id_of(year: Year, month: Month, kind: IdKind, number: str = "n") -> str:
    time = f"lpad(to_hex({_ms(month)} + ({number})::bigint * {year.step_ms}), 12, '0')"
    return f"'{kind}' || {time} || lpad(to_hex(({number})::bigint), 20, '0')"


def _moment(year: Year, month: Month) -> str:
    return f"to_timestamp(({_ms(month)} + n::bigint * {year.step_ms}) / 1000.0)"


def _ms(month: Month) -> int:
    return int(month.begins.timestamp()) * 1000


_ROWS: Final[Mapping[str, Callable[[Year, Month], str]]] = {
    CALLS.name: _calls,
    EVENTS.name: _events,
    EXCHANGES.name: _exchanges,
}
