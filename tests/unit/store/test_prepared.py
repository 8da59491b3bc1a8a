"""What is written and read by prepared statements is what SQLAlchemy would write and read."""

import pytest
from sqlalchemy import Connection, bindparam, select, update

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.call import Status
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.prepared import PreparedChange, PreparedQuery
from engine.store.tables.calls import calls as table
from tests.unit.store.samples import a_call, a_full_call

BY_ID = select(table).where(table.c.id == bindparam("this"))
SAVE = update(table).where(table.c.id == bindparam("this"))


async def test_a_row_is_read_as_sqlalchemy_reads_it(db: Database, calls: Calls, account: Account) -> None:
    parent = a_call(account.id)
    call = a_full_call(account.id, parent.id)
    await calls.add(parent)
    await calls.add(call)

    row = await db.ask(lambda connection: PreparedQuery(BY_ID).first(connection, {"this": call.id}))

    expected = await db.row(BY_ID, {"this": call.id})
    assert row is not None
    assert expected is not None
    assert dict(row) == dict(expected)


async def test_what_is_not_there_is_none(db: Database) -> None:
    assert await db.ask(lambda connection: PreparedQuery(BY_ID).first(connection, {"this": "CA0"})) is None


async def test_a_change_says_how_many_rows_it_met_and_changes_only_what_is_named(
    db: Database, calls: Calls, account: Account
) -> None:
    save, known, other = PreparedChange(SAVE), a_call(account.id), a_call(account.id)
    for each in (known, other):
        await calls.add(each)

    def job(connection: Connection) -> list[int]:
        return [
            save.run(connection, {"this": known.id, "status": Status.BUSY}),
            save.run(connection, {"this": known.id, "sip_code": 486, "sip_reason": "Busy\0Here"}),
            save.run(connection, {"this": "CA0", "status": Status.BUSY}),
        ]

    assert await db.write(job) == [1, 1, 0]
    stored = await calls.get(known.id)
    assert stored is not None
    assert (stored.status, stored.sip_code, stored.sip_reason) == (
        Status.BUSY,
        486,
        "Busy\N{REPLACEMENT CHARACTER}Here",
    )
    assert await calls.get(other.id) == other


async def test_each_of_several_rows_is_changed_and_none_of_none(db: Database, calls: Calls, account: Account) -> None:
    save, both = PreparedChange(SAVE), [a_call(account.id) for _ in range(2)]
    for each in both:
        await calls.add(each)

    await db.write(lambda connection: save.run_for_each(connection, []))
    await db.write(
        lambda connection: save.run_for_each(
            connection, [{"this": each.id, "sip_code": 480 + place} for place, each in enumerate(both)]
        )
    )

    assert [stored.sip_code for each in both if (stored := await calls.get(each.id))] == [480, 481]


async def test_a_change_that_fails_leaves_nothing_of_its_transaction(
    db: Database, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)

    def job(connection: Connection) -> None:
        PreparedChange(SAVE).run(connection, {"this": call.id, "status": Status.BUSY})
        PreparedChange(SAVE).run(connection, {"this": call.id, "account_id": "AC-unknown"})

    with pytest.raises(StoreError):
        await db.write(job)

    assert await calls.get(call.id) == call
