"""Totals of calls: always what counting the rows gives, whoever wrote them, and pages that are found by them."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count, product
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, make_url, select, text, update

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.call import FINAL, Direction, Status
from engine.store.accounts import Accounts
from engine.store.call_counts import call_counts
from engine.store.call_filter import CallFilter
from engine.store.call_triggers import drop_triggers
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.migration import migrate
from engine.store.notice_triggers import drop_notice_triggers
from engine.store.spent_triggers import drop_spent_triggers
from engine.store.tables.calls import call_totals
from engine.store.tables.calls import calls as call_rows
from engine.store.values import values_of
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import (
    COLUMNS_OF_APPLICATIONS,
    COLUMNS_OF_NUMBERS,
    COLUMNS_OF_ORDERS,
    LATER_OPTIONS,
    TABLES_OF_DISCLOSURE,
    TABLES_OF_LIMITS,
    a_call,
)

MIDNIGHT: Final = datetime(2026, 11, 23, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
MOMENTS: Final = tuple(
    MIDNIGHT + timedelta(days=day) + within
    for day in range(4)
    for within in (timedelta(0), MICROSECOND, timedelta(hours=12), timedelta(days=1) - MICROSECOND)
)
_WRITERS: Final = 3
_PAGE: Final = 3

Values = dict[str, Any]

moments = st.sampled_from(MOMENTS)
counted = st.fixed_dictionaries(
    {"status": st.sampled_from(Status), "direction": st.sampled_from(Direction), "start_time": moments}
)
steps = st.tuples(st.sampled_from(["add", "change", "change", "delete", "fail"]), st.integers(0, 9), counted)
turns = st.lists(st.lists(steps, max_size=_WRITERS), max_size=6)
stored_before = st.lists(counted, min_size=4, max_size=12)
filters = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(Status),
        "direction": st.sampled_from(Direction),
        "start_time_after": moments,
        "start_time_before": moments,
        "from_": st.just("+3225550199"),
    },
)


class Step:
    """A change of an account's rows by one of its writers, at the same time as others."""

    def __init__(self, account: Account, what: str, which: int, values: Values) -> None:
        self._account, self._what, self._which, self._values = account, what, which, values

    def __call__(self, connection: Connection) -> None:
        if self._what in ("change", "delete"):
            mine = select(call_rows.c.id).where(call_rows.c.account_id == self._account.id).order_by(call_rows.c.id)
            stored = connection.scalars(mine).all()
            this = call_rows.c.id.in_(stored[self._which % len(stored) :][:1] if stored else [])
            what = delete(call_rows) if self._what == "delete" else update(call_rows).values(**self._values)
            connection.execute(what.where(this))
        else:
            connection.execute(insert(call_rows), values_of(a_call(self._account.id, **self._values)))
        if self._what == "fail":
            raise StoreError("This change is not to be stored.")


@pytest.fixture
def writers(url: str) -> Iterator[tuple[asyncio.Runner, list[Database]]]:
    """Several openings of one database, as of several processes; and the loop that they are asked in."""
    with asyncio.Runner() as runner:
        opened = [runner.run(Database.open(url)) for _ in range(_WRITERS)]
        yield runner, opened
        for each in opened:
            runner.run(each.close())


@pytest.mark.costly("many examples, each of some transactions of three writers")
def test_a_total_is_what_counting_gives_after_any_changes_by_several(
    writers: tuple[asyncio.Runner, list[Database]],
) -> None:
    runner, databases = writers
    names = count()

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(stored_before, turns, st.lists(filters, min_size=1, max_size=3))
    def example(stored: list[Values], turns: list[list[tuple[str, int, Values]]], wanted: list[Values]) -> None:
        runner.run(changed_and_compared(databases, f"demo-{next(names)}", stored, turns, wanted))

    example()


async def changed_and_compared(
    databases: list[Database],
    name: str,
    stored: list[Values],
    turns: list[list[tuple[str, int, Values]]],
    wanted: list[Values],
) -> None:
    account = await Accounts(databases[0], PEPPER).ensure(name)
    before = [values_of(a_call(account.id, **each)) for each in stored]
    await databases[0].write(lambda connection: connection.execute(insert(call_rows), before).rowcount)
    for turn in turns:
        changes = [stepped(db, Step(account, *step)) for db, step in zip(databases, turn, strict=False)]
        await asyncio.gather(*changes)

    await is_as_counted(databases[0], account)
    for each in ({}, *wanted):
        await pages_are_as_listed(databases[-1], CallFilter(account.id, **each))


async def stepped(db: Database, step: Step) -> None:
    with suppress(StoreError):  # PostgreSQL refuses one of two that would wait for each other
        await db.write(step)


async def is_as_counted(db: Database, account: Account) -> None:
    """The kept totals, against the rows; none of them is of nothing."""
    kept = await db.rows(select(call_totals).where(call_totals.c.account_id == account.id))
    rows = await db.rows(select(call_rows).where(call_rows.c.account_id == account.id))
    ended = [row for row in rows if row["status"] in FINAL]

    totals = {(row["day"], row["direction"], row["status"]): row["calls"] for row in kept}
    keys = [(row["start_time"].date(), row["direction"], row["status"]) for row in ended]
    assert totals == {key: keys.count(key) for key in keys}


async def pages_are_as_listed(db: Database, wanted: CallFilter) -> None:
    """Every page and its total, against the list of all rows."""
    query = select(call_rows.c.id).where(*wanted.conditions())
    rows = await db.rows(query.order_by(call_rows.c.start_time.desc(), call_rows.c.id.desc()))
    listed = [row["id"] for row in rows]

    for number in range(1, len(listed) // _PAGE + 3):
        found, total = await Calls(db).find(wanted, number, _PAGE)
        assert ([call.id for call in found], total) == (listed[(number - 1) * _PAGE : number * _PAGE], len(listed))


async def test_only_the_ends_of_a_window_are_counted_by_rows(db: Database, calls: Calls, account: Account) -> None:
    for moment in MOMENTS:
        await calls.add(a_call(account.id, status=Status.COMPLETED, start_time=moment))
    window = CallFilter(account.id, start_time_after=MOMENTS[1], start_time_before=MOMENTS[-1])
    await db.change(update(call_totals).values(calls=100))

    found = await db.read(lambda connection: call_counts(connection, window))

    assert [stretch.rows for stretch in found] == [3, 100, 100, 3]


async def test_a_migration_counts_the_calls_that_there_were(url: str, db: Database, account: Account) -> None:
    """As a database from before the totals."""

    def undone(connection: Connection) -> None:
        drop_triggers(connection)
        drop_spent_triggers(connection)
        drop_notice_triggers(connection)
        connection.execute(text("DROP TABLE call_totals"))
        for later in (
            "trunks", "trunk_registrations", "routes", "refusals", "call_traces", "trunk_costs", "full_trunks",
            "trunk_events", "call_policies", "queued_calls", "account_paces", "balance_entries", "balance_reservations",
            "balances", "bans", "calls_spent", "applications", "nodes", "node_fences", "leases", "node_duties",
            "streams", "refused_calls", *TABLES_OF_DISCLOSURE, *TABLES_OF_LIMITS,
        ):  # fmt: skip
            connection.execute(text(f"DROP TABLE {later}"))
        connection.execute(text("DROP INDEX ix_calls_account_id_direction_start_time_id"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0013'"))
        for status in Status:
            connection.execute(insert(call_rows), values_of(a_call(account.id, status=status)))
        connection.execute(text("DROP INDEX ix_calls_trunk_start_time"))
        of_later = (*LATER_OPTIONS, *COLUMNS_OF_ORDERS, "sip_username", "sip_headers")
        for column in ("stir_verstat", "stir_signed", "trunk", "key_id", *of_later):
            connection.execute(text(f"ALTER TABLE calls DROP COLUMN {column}"))
        for chooser, column in product(("accounts", "numbers"), LATER_OPTIONS):
            connection.execute(text(f"ALTER TABLE {chooser} DROP COLUMN {column}"))
        for column in ("region", "spoken_name", "language"):
            connection.execute(text(f"ALTER TABLE accounts DROP COLUMN {column}"))
        connection.execute(text("DROP INDEX ix_numbers_application_id"))
        for column in (*COLUMNS_OF_NUMBERS, *COLUMNS_OF_APPLICATIONS):
            connection.execute(text(f"ALTER TABLE numbers DROP COLUMN {column}"))
        connection.execute(text("DROP INDEX ix_outbox_node_state_next_at"))
        connection.execute(text("DROP INDEX uq_conferences_open_name"))
        connection.execute(text("ALTER TABLE participants DROP COLUMN consents"))
        connection.execute(text("ALTER TABLE consents DROP COLUMN purpose"))
        connection.execute(text("ALTER TABLE outbox DROP COLUMN node"))
        connection.execute(text("ALTER TABLE webhook_exchanges DROP COLUMN warnings"))
        for column in ("expires_at", "networks", "last_used_from"):
            connection.execute(text(f"ALTER TABLE api_keys DROP COLUMN {column}"))

    await db.write(undone)

    await migrate(make_url(url))

    assert len(await db.rows(select(call_totals))) == len(FINAL)
    await is_as_counted(db, account)


async def test_many_calls_that_end_at_once_are_all_counted(db: Database, calls: Calls, account: Account) -> None:
    stored = [a_call(account.id, status=Status.IN_PROGRESS) for _ in range(30)]
    for call in stored:
        await calls.add(call)

    def ended(call_id: str, status: Status) -> Coroutine[Any, Any, int]:
        return db.change(update(call_rows).where(call_rows.c.id == call_id), {"status": status})

    await asyncio.gather(*(ended(call.id, Status.COMPLETED) for call in stored))

    assert (await calls.find(CallFilter(account.id, Status.COMPLETED)))[1] == len(stored)
    await is_as_counted(db, account)
