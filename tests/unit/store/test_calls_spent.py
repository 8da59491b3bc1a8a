"""What calls have spent is added up as they end: once each, whoever writes it, and read without looking at calls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event, insert, make_url, text, update

from engine.model.accounts import Account
from engine.model.call import Call, Direction, Status
from engine.model.call_policy import PolicyLevel, PolicyPlace
from engine.model.call_policy.used import Spent
from engine.store.calls import Calls
from engine.store.calls_used import CallsUsed
from engine.store.database import Database
from engine.store.migration import migrate
from engine.store.notice_triggers import drop_notice_triggers
from engine.store.spent_triggers import drop_spent_triggers
from engine.store.tables.calls import calls as call_rows
from engine.store.values import values_of
from tests.unit.store.samples import (
    COLUMNS_OF_APPLICATIONS,
    COLUMNS_OF_NUMBERS,
    COLUMNS_OF_ORDERS,
    LATER_OPTIONS,
    NOON,
    TABLES_OF_DISCLOSURE,
    TABLES_OF_LIMITS,
    a_call,
    at,
)

MIDNIGHT = NOON.replace(hour=0, minute=0, second=0, microsecond=0)
NODE = PolicyPlace(PolicyLevel.NODE)
LEVELS = {
    "node": NODE,
    "account": PolicyPlace(PolicyLevel.ACCOUNT, "AC1"),
    "key": PolicyPlace(PolicyLevel.KEY, "SK1"),
}


@pytest.fixture
def used(db: Database) -> CallsUsed:
    return CallsUsed(db)


def going_on(account: Account, **facts: Any) -> Call:
    return a_call(account.id, status=Status.IN_PROGRESS, answer_time=at(2), **facts)


async def ends(db: Database, call: Call, seconds: float, price: str) -> None:
    values = {"end_time": at(2 + seconds), "price": Decimal(price), "status": Status.COMPLETED}
    await db.change(update(call_rows).where(call_rows.c.id == call.id).values(**values))


async def test_a_call_counts_when_it_has_ended_and_once(
    db: Database, calls: Calls, used: CallsUsed, account: Account
) -> None:
    call = going_on(account)
    await calls.add(call)
    assert await used.spent(NODE, MIDNIGHT) == Spent()

    await ends(db, call, 61.25, "0.0143")
    await ends(db, call, 61.25, "0.0143")
    await db.change(update(call_rows).where(call_rows.c.id == call.id).values(sip_reason="Bye"))

    assert await used.spent(NODE, MIDNIGHT) == Spent(61.25, Decimal("0.0143"))


async def test_what_was_spent_stays_spent_when_the_calls_row_is_deleted(
    db: Database, calls: Calls, used: CallsUsed, account: Account
) -> None:
    call = going_on(account)
    await calls.add(call)
    await ends(db, call, 60, "0.0140")

    await db.change(delete(call_rows))

    assert await used.spent(NODE, MIDNIGHT) == Spent(60, Decimal("0.0140"))


async def test_calls_that_came_in_or_were_not_answered_have_spent_nothing(
    db: Database, calls: Calls, used: CallsUsed, account: Account
) -> None:
    came_in = going_on(account, direction=Direction.INBOUND)
    unanswered = a_call(account.id, status=Status.RINGING)
    for call in (came_in, unanswered):
        await calls.add(call)
        await ends(db, call, 60, "0.0140")

    assert await used.spent(NODE, MIDNIGHT) == Spent()


async def test_a_call_counts_on_the_day_on_which_it_began(
    db: Database, calls: Calls, used: CallsUsed, account: Account
) -> None:
    late = going_on(account, start_time=MIDNIGHT - timedelta(seconds=1))
    await calls.add(late)
    await ends(db, late, 60, "0.0140")

    assert await used.spent(NODE, MIDNIGHT) == Spent()
    assert await used.spent(NODE, MIDNIGHT - timedelta(days=1)) == Spent(60, Decimal("0.0140"))


async def test_of_many_calls_that_end_at_once_none_is_forgotten(
    db: Database, calls: Calls, used: CallsUsed, account: Account, stranger: Account
) -> None:
    begun = [going_on(whose, key_id=key) for whose in (account, stranger) for key in (None, "SK1", "SK2")]
    begun += [going_on(account, key_id="SK1") for _ in range(20)]
    for call in begun:
        await calls.add(call)

    await asyncio.gather(*(ends(db, call, 10, "0.0001") for call in begun))

    async def seconds(level: PolicyLevel, subject: str = "") -> float:
        return (await used.spent(PolicyPlace(level, subject), MIDNIGHT)).seconds

    assert await seconds(PolicyLevel.NODE) == 260
    assert await seconds(PolicyLevel.ACCOUNT, account.id) == 230
    assert await seconds(PolicyLevel.KEY, "SK1") == 220


async def test_a_migration_adds_up_the_calls_that_there_were(
    url: str, db: Database, used: CallsUsed, account: Account
) -> None:
    """As a database from before the sums."""

    def undone(connection: Connection) -> None:
        drop_spent_triggers(connection)
        drop_notice_triggers(connection)
        connection.execute(text("DROP TABLE calls_spent"))
        of_nodes = ("nodes", "node_fences", "leases", "node_duties")
        for later in ("applications", *of_nodes, "refused_calls", "streams", *TABLES_OF_DISCLOSURE, *TABLES_OF_LIMITS):
            connection.execute(text(f"DROP TABLE {later}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0028'"))
        for key in (None, "SK1", "SK1"):
            ended = going_on(account, key_id=key, end_time=at(12), price=Decimal("0.0023"))
            connection.execute(insert(call_rows), values_of(ended))
        for chooser, column in product(("accounts", "numbers", "calls"), LATER_OPTIONS):
            connection.execute(text(f"ALTER TABLE {chooser} DROP COLUMN {column}"))
        for column in ("region", "spoken_name", "language"):
            connection.execute(text(f"ALTER TABLE accounts DROP COLUMN {column}"))
        for column in COLUMNS_OF_ORDERS:
            connection.execute(text(f"ALTER TABLE calls DROP COLUMN {column}"))
        connection.execute(text("DROP INDEX ix_numbers_application_id"))
        for column in (*COLUMNS_OF_NUMBERS, *COLUMNS_OF_APPLICATIONS):
            connection.execute(text(f"ALTER TABLE numbers DROP COLUMN {column}"))
        connection.execute(text("DROP INDEX ix_outbox_node_state_next_at"))
        connection.execute(text("DROP INDEX uq_conferences_open_name"))
        connection.execute(text("ALTER TABLE participants DROP COLUMN consents"))
        connection.execute(text("ALTER TABLE consents DROP COLUMN purpose"))
        connection.execute(text("ALTER TABLE outbox DROP COLUMN node"))
        connection.execute(text("ALTER TABLE webhook_exchanges DROP COLUMN warnings"))
        connection.execute(text("DROP INDEX ix_queued_calls_account_id_id"))
        of_tables = (("calls", "sip_username"), ("calls", "sip_headers"), ("queued_calls", "sip_password"))
        for table, column in (*of_tables, ("queued_calls", "claimed_by")):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))

    await db.write(undone)

    await migrate(make_url(url))

    assert await used.spent(NODE, MIDNIGHT) == Spent(30, Decimal("0.0069"))
    assert await used.spent(LEVELS["key"], MIDNIGHT) == Spent(20, Decimal("0.0046"))


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run inside, with their parameters."""
    noted: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        noted.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plan_of(db: Database, statement: str, parameters: Any) -> str:
    """How the database finds the rows; PostgreSQL as if there were many."""

    def explain(connection: Connection) -> str:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            return "\n".join(str(row[3]) for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).all())

    return await db.write(explain)


@pytest.mark.parametrize("level", LEVELS)
async def test_what_a_level_has_spent_is_found_by_the_day_without_a_look_at_calls(
    db: Database, used: CallsUsed, level: str
) -> None:
    with asked() as statements:
        await used.spent(LEVELS[level], MIDNIGHT)

    plan = await plan_of(db, *statements[-1])

    assert "PRIMARY KEY" in plan or "pk_calls_spent" in plan, plan
    assert "calls " not in plan.replace("calls_spent", ""), plan


@pytest.mark.parametrize("level", [*LEVELS, "number"])
async def test_short_calls_and_those_of_a_number_are_found_by_an_index_of_calls(
    db: Database, used: CallsUsed, level: str
) -> None:
    place = LEVELS.get(level, PolicyPlace(PolicyLevel.NUMBER, "+3225550100"))
    with asked() as statements:
        await used.lengths(place, NOON, 6)

    plan = await plan_of(db, *statements[-1])

    assert "calls_account_id" in plan or "ix_calls_before_account_id" in plan, plan
    assert "SCAN calls" not in plan, plan
    assert "Seq Scan on calls" not in plan, plan
