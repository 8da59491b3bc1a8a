"""Tables in parts by month on PostgreSQL: what lands where, and lists that go over months."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from engine.ids import IdKind, first_id, moment_of, new_id
from engine.model.accounts import Account
from engine.model.call import Call, Status
from engine.store.call_filter import CallFilter
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.months.keeper import MonthKeeper
from engine.store.months.making import make_parts
from engine.store.months.month import Month
from engine.store.months.monthly_table import CALLS, EVENTS, EXCHANGES, MONTHLY, MonthlyTable, names_of_parts
from engine.store.months.months import Months
from engine.store.page_cursor import PageCursor
from tests.peers.databases import connected
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import dropped_at_the_end, first_month
from tests.unit.store.samples import a_call
from tests.unit.store.test_exchanges import an_exchange

pytestmark = pytest.mark.postgres

SECOND = timedelta(seconds=1)


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    yield from dropped_at_the_end(postgres, Postgres.migrated_database)


@pytest.fixture
async def month(db: Database) -> Month:
    """The one whose part is the first: that in which the database was made."""
    return await first_month(db)


@pytest.fixture
def end(month: Month) -> datetime:
    """The midnight at which that month ends."""
    return month.plus(1).begins


def id_of(kind: IdKind, moment: datetime, number: int = 0) -> str:
    """An identifier as it is made at a moment."""
    return f"{first_id(kind, moment)[:-4]}{number:04x}"


def a_call_at(account: Account, moment: datetime, number: int = 0, **facts: Any) -> Call:
    return a_call(account.id, id=id_of(IdKind.CALL, moment, number), start_time=moment, **facts)


async def parts_of(db: Database, table: MonthlyTable) -> dict[str, str]:
    """The part that each row is in, by its identifier."""
    found = text(f"SELECT CAST(id AS text) AS id, CAST(CAST(tableoid AS regclass) AS text) AS part FROM {table.name}")
    rows = await db.read(lambda connection: connection.execute(found).mappings().all())
    return {row["id"]: row["part"] for row in rows}


def test_an_identifier_tells_when_it_was_made() -> None:
    before, made, after = datetime.now(UTC), new_id(IdKind.CALL), datetime.now(UTC)

    assert before - timedelta(milliseconds=1) < moment_of(made) <= after
    assert first_id(IdKind.CALL, before) <= made < first_id(IdKind.CALL, after + timedelta(milliseconds=1))


async def test_a_call_is_in_the_part_of_the_month_in_which_it_was_made(
    db: Database, calls: Calls, account: Account, month: Month, end: datetime
) -> None:
    last, first = a_call_at(account, end - SECOND), a_call_at(account, end)
    for call in (last, first):
        await calls.add(call)

    assert await parts_of(db, CALLS) == {last.id: CALLS.of(month).name, first.id: CALLS.of(month.plus(1)).name}
    assert [await calls.get(call.id) for call in (last, first)] == [last, first]


async def test_what_is_beyond_all_months_is_kept_and_found_all_the_same(
    db: Database, calls: Calls, account: Account, month: Month
) -> None:
    far, long_ago = a_call_at(account, month.plus(40).begins), a_call_at(account, month.plus(-40).begins)
    for call in (far, long_ago):
        await calls.add(call)

    assert await parts_of(db, CALLS) == {far.id: CALLS.other, long_ago.id: CALLS.before}
    assert await calls.find(CallFilter(account.id)) == ([far, long_ago], 2)


async def test_a_call_over_the_end_of_the_month_is_whole(
    db: Database, calls: Calls, account: Account, month: Month, end: datetime
) -> None:
    call = a_call_at(account, end - SECOND, status=Status.IN_PROGRESS, answer_time=end - SECOND)
    await calls.add(call)
    await calls.add_event(call.id, "answered", {}, end - SECOND)
    await calls.add_event(call.id, "ended", {}, end + SECOND)
    ended = replace(call, status=Status.COMPLETED, end_time=end + SECOND)
    await calls.save(ended)

    assert await calls.get(call.id) == ended
    assert [(event.kind, event.at) for event in await calls.events(call.id)] == [
        ("answered", end - SECOND), ("ended", end + SECOND),
    ]  # fmt: skip
    assert set((await parts_of(db, EVENTS)).values()) == {EVENTS.of(month).name}
    assert await calls.find(CallFilter(account.id, Status.COMPLETED)) == ([ended], 1)


async def test_a_list_goes_over_months_as_if_there_were_none(calls: Calls, account: Account, end: datetime) -> None:
    moments = [end + step * timedelta(days=9) for step in range(-6, 6)]
    stored = [a_call_at(account, moment, number) for number, moment in enumerate(moments)]
    for call in stored:
        await calls.add(call)
    newest_first = stored[::-1]

    pages = [await calls.find(CallFilter(account.id), page, 5) for page in (1, 2, 3)]
    cursor = PageCursor(newest_first[4].start_time, newest_first[4].id)
    behind, _ = await calls.find(CallFilter(account.id), 1, 5, cursor)
    window = CallFilter(account.id, start_time_after=moments[3], start_time_before=moments[9])

    assert [call for page, _ in pages for call in page] == newest_first
    assert {total for _, total in pages} == {len(stored)}
    assert behind == newest_first[5:10]
    assert await calls.find(window) == (stored[3:9][::-1], 6)


async def test_exchanges_of_a_call_are_read_over_months(
    db: Database, calls: Calls, exchanges: Exchanges, account: Account, month: Month, end: datetime
) -> None:
    call = a_call_at(account, end - SECOND)
    await calls.add(call)
    kept = [
        replace(an_exchange(account.id, call.id), id=id_of(IdKind.EXCHANGE, moment), at=moment)
        for moment in (end - SECOND, end + SECOND)
    ]
    await exchanges.add(kept)

    assert await exchanges.of_call(call.id) == (kept, 2)
    assert sorted((await parts_of(db, EXCHANGES)).values()) == [
        EXCHANGES.of(month).name, EXCHANGES.of(month.plus(1)).name,
    ]  # fmt: skip


async def test_a_month_whose_rows_came_before_its_part_does_without_one(
    db: Database, calls: Calls, account: Account, month: Month
) -> None:
    early = month.plus(3)
    await calls.add(a_call_at(account, early.begins))

    def made(connection: Connection) -> list[str]:
        return [part.name for part in make_parts(connection, CALLS, [early, early.plus(1)])]

    assert await db.write(made) == [CALLS.of(early.plus(1)).name]
    assert await db.write(made) == []


class Today:
    """A clock that is set; who waits is cancelled."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.waited_s: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.waited_s.append(seconds)
        raise asyncio.CancelledError


async def all_parts(db: Database, table: MonthlyTable) -> set[str]:
    return set(await db.read(lambda connection: names_of_parts(connection, table)))


async def test_a_node_makes_the_next_two_months_at_once_and_looks_each_hour(db: Database, month: Month) -> None:
    today = Today(month.plus(7).begins)

    with pytest.raises(asyncio.CancelledError):
        await MonthKeeper(Months(db), today).run()

    for table in MONTHLY:
        made = {table.of(month.plus(months)).name for months in (0, 1, 2, 7, 8, 9)}
        assert await all_parts(db, table) == made | {table.before, table.other}
    assert today.waited_s == [3600]


async def test_nodes_that_look_at_the_same_time_make_each_month_once(db: Database, month: Month) -> None:
    keepers = [MonthKeeper(Months(db), Today(month.plus(7).begins)) for _ in range(4)]

    await asyncio.gather(*(keeper.keep() for keeper in keepers))
    await keepers[0].keep()

    assert CALLS.of(month.plus(9)).name in await all_parts(db, CALLS)
    assert [keeper.cautions for keeper in keepers] == [[]] * 4


async def test_a_month_that_came_before_its_part_is_told_as_a_caution(
    db: Database, calls: Calls, account: Account, month: Month
) -> None:
    keeper = MonthKeeper(Months(db), Today(month.plus(3).begins))
    await calls.add(a_call_at(account, month.plus(3).begins))

    await keeper.keep()

    [caution] = keeper.cautions
    assert CALLS.of(month.plus(3)).name in caution


async def test_who_reads_for_long_keeps_nobody_waiting_and_the_month_is_made_later(
    url: str, db: Database, calls: Calls, account: Account, month: Month
) -> None:
    keeper = MonthKeeper(Months(db), Today(month.plus(7).begins))
    later = CALLS.of(month.plus(9)).name
    backup = await connected(url)
    async with backup.transaction():
        await backup.fetch("SELECT * FROM calls")

        await keeper.keep()

        await calls.add(a_call(account.id))
        assert later not in await all_parts(db, CALLS)
        assert EXCHANGES.of(month.plus(9)).name in await all_parts(db, EXCHANGES)
    await backup.close()

    await keeper.keep()
    assert later in await all_parts(db, CALLS)


async def test_each_part_has_the_index_by_which_ends_and_what_is_due_are_found(db: Database, month: Month) -> None:
    await MonthKeeper(Months(db), Today(month.plus(7).begins)).keep()

    kept = text("SELECT tablename FROM pg_indexes WHERE indexdef LIKE :columns AND tablename LIKE :tables")

    async def indexed(table: MonthlyTable, columns: str) -> set[str]:
        wanted = {"columns": f"%USING {columns}%", "tables": f"{table.name}%"}
        return set(await db.read(lambda connection: connection.scalars(kept, wanted).all()))

    assert await indexed(CALLS, "btree (account_id, end_time)") == await all_parts(db, CALLS)
    assert await indexed(CALLS, "btree (account_id, start_time) WHERE") == await all_parts(db, CALLS)
    assert await indexed(EVENTS, "brin (at)") == await all_parts(db, EVENTS)


async def test_calls_are_found_by_their_end_over_months(calls: Calls, account: Account, end: datetime) -> None:
    ended = [
        a_call_at(account, end + step * SECOND, 0, status=Status.COMPLETED, end_time=end + (step + 10) * SECOND)
        for step in range(-20, 20, 5)
    ]
    for call in ended:
        await calls.add(call)

    since, until = end - 5 * SECOND, end + 10 * SECOND
    found, total = await calls.find(CallFilter(account.id, end_time_after=since, end_time_before=until))

    assert found == [call for call in reversed(ended) if call.end_time and since <= call.end_time < until]
    assert total == len(found) == 3
