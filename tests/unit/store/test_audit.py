"""The audit log: a chain that every tampering breaks, in a database that refuses to be tampered with."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from engine.errors import StoreError
from engine.privacy.audit import GENESIS, FaultKind, hash_of
from engine.store.audit import Audit
from engine.store.database import Database
from tests.unit.store.samples import NOON, at

UNGUARDED = {
    "sqlite": ("DROP TRIGGER audit_never_changes", "DROP TRIGGER audit_never_shrinks"),
    "postgresql": ("DROP TRIGGER audit_never_changes ON audit", "DROP TRIGGER audit_never_shrinks ON audit"),
}
WRITER = "tests.unit.store.audit_process"


@pytest.fixture
async def log(db: Database) -> Audit:
    """Ten rows."""
    log = Audit(db, lambda: NOON)
    for number in range(10):
        await log.add("cli", "key.create", f"SK{number}", account="AC1", scopes=["calls"])
    return log


async def tamper(url: str, db: Database, *statements: str) -> None:
    """As someone would who may change the database's structure."""
    for statement in (*UNGUARDED[url.partition("+")[0]], *statements):
        await db.change(text(statement))


async def named(log: Audit) -> list[tuple[int, FaultKind]]:
    return [(fault.sequence, fault.kind) for fault in await log.verify()]


async def test_each_row_follows_the_one_before(log: Audit) -> None:
    rows = [row async for row in log.rows()]

    assert [row.sequence for row in rows] == list(range(1, 11))
    assert [row.previous for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert (rows[0].at, rows[0].actor, rows[0].action, rows[0].object) == (NOON, "cli", "key.create", "SK0")
    assert rows[0].facts == '{"account":"AC1","scopes":["calls"]}'
    assert await log.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody' WHERE sequence = 3",
        "DELETE FROM audit WHERE sequence = 3",
        "DELETE FROM audit",
    ],
)
async def test_the_database_itself_refuses(db: Database, log: Audit, statement: str) -> None:
    with pytest.raises(StoreError, match="never changed"):
        await db.change(text(statement))

    assert await log.verify() == []


@pytest.mark.postgres
async def test_postgresql_refuses_to_empty_it(url: str, db: Database, log: Audit) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(StoreError, match="never changed"):
        await db.change(text("TRUNCATE audit"))
    assert await log.verify() == []


@pytest.mark.parametrize(
    "change",
    ["actor = 'key:SK9'", "action = 'x'", "object = 'x'", "facts = '{}'", "previous = 'x'", "hash = 'x'"],
)
async def test_a_changed_row_is_named(url: str, db: Database, log: Audit, change: str) -> None:
    await tamper(url, db, f"UPDATE audit SET {change} WHERE sequence = 4")

    assert await named(log) == [(4, FaultKind.CHANGED)]


async def test_a_changed_time_is_named(url: str, db: Database, log: Audit) -> None:
    later = "'2027-01-01T00:00:00.000000+00:00'"
    await tamper(url, db, f"UPDATE audit SET at = {later} WHERE sequence = 10")

    assert await named(log) == [(10, FaultKind.CHANGED)]


async def test_a_missing_row_is_named(url: str, db: Database, log: Audit) -> None:
    await tamper(url, db, "DELETE FROM audit WHERE sequence = 4")

    assert await named(log) == [(4, FaultKind.MISSING)]


async def test_missing_first_and_last_rows_are_named(url: str, db: Database, log: Audit) -> None:
    await tamper(url, db, "DELETE FROM audit WHERE sequence IN (1, 9, 10)")

    assert await named(log) == [(1, FaultKind.MISSING), (9, FaultKind.MISSING)]


async def test_reordered_rows_are_named(url: str, db: Database, log: Audit) -> None:
    await tamper(
        url,
        db,
        "UPDATE audit SET sequence = 99 WHERE sequence = 4",
        "UPDATE audit SET sequence = 4 WHERE sequence = 7",
        "UPDATE audit SET sequence = 7 WHERE sequence = 99",
    )

    faults = await log.verify()
    assert [(fault.sequence, fault.kind) for fault in faults] == [(4, FaultKind.REORDERED), (7, FaultKind.REORDERED)]
    assert faults[0].detail == "it was written as row 7"


async def test_a_row_written_anew_with_its_hash_is_named_by_the_next(url: str, db: Database, log: Audit) -> None:
    """A forger who knows how to hash, and leaves the rows behind as they were."""
    other = Audit(db, lambda: at(5))
    await tamper(url, db)
    rows = [row async for row in log.rows()]
    forged = replace(rows[3], actor="key:SK9")
    await db.change(
        text("UPDATE audit SET actor = :actor, hash = :hash WHERE sequence = 4").bindparams(
            actor=forged.actor, hash=hash_of(forged)
        )
    )

    assert await named(other) == [(4, FaultKind.CHANGED)]


async def test_an_anchor_kept_elsewhere_finds_a_chain_that_was_written_anew(log: Audit) -> None:
    assert await log.verify((await log.head()).hash) == []
    (fault,) = await log.verify("5e88")
    assert fault.kind is FaultKind.UNANCHORED


async def test_what_is_pruned_is_said_and_the_rest_still_holds(db: Database, log: Audit) -> None:
    later = Audit(db, lambda: at(3600))
    await later.add("cli", "key.revoke", "SK1")

    assert await later.prune("system:node-1", before=at(60)) == 10

    rows = [row async for row in later.rows()]
    assert [row.action for row in rows] == ["key.revoke", "audit.prune"]
    assert await later.verify() == []
    assert await later.prune("system:node-1", before=at(60)) == 0


async def test_a_pruning_that_no_row_tells_of_is_found(url: str, db: Database, log: Audit) -> None:
    """Someone sets the mark by which the trigger lets rows go."""
    (row,) = [row async for row in log.rows() if row.sequence == 3]
    await db.change(text(f"UPDATE audit_head SET pruned = 3, pruned_hash = '{row.hash}'"))
    await db.change(text("DELETE FROM audit WHERE sequence <= 3"))

    assert await named(log) == [(1, FaultKind.MISSING)]


@pytest.mark.processes
async def test_two_processes_append_to_one_chain(url: str, db: Database) -> None:
    await Audit(db).add("cli", "key.create", "SK0")
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", WRITER, url, name, "40") for name in ("one", "two")
    ]

    assert [await each.wait() for each in processes] == [0, 0]

    log = Audit(db)
    rows = [row async for row in log.rows()]
    assert len(rows) == 81
    assert [row.object for row in rows if row.actor == "one"] == [str(number) for number in range(40)]
    assert await log.verify() == []


async def test_times_are_kept_to_the_microsecond(db: Database) -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 7, UTC)
    await Audit(db, lambda: moment).add("cli", "key.create", "SK0")

    assert [row.at async for row in Audit(db).rows()] == [moment]
    assert await Audit(db).verify() == []
