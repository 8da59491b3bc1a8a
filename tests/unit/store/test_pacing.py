"""Paces of accounts and the calls that wait, as rows: in order, and out of the line once."""

import pytest
from alembic import command
from sqlalchemy import Connection, make_url, select, text

from engine.errors import NoLongerQueued, SetupError
from engine.model.accounts import Account
from engine.routing.pacing import Pace
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.migration import configured, migrate
from engine.store.numbers import Numbers
from engine.store.paced_lines import PacedLines
from engine.store.paces import Paces
from engine.store.queued_calls import QueuedCall, QueuedCalls
from engine.store.tables.pacing import queued_calls
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import a_call

NODE = "node-1"


@pytest.fixture
def paces(db: Database) -> Paces:
    return Paces(db)


@pytest.fixture
def queued(db: Database) -> QueuedCalls:
    return QueuedCalls(db, PEPPER)


async def test_an_account_has_the_pace_that_was_set_last_or_none(paces: Paces, account: Account) -> None:
    assert await paces.of(account.id) is None

    await paces.set(account.id, Pace(0.5, None, 20))
    await paces.set(account.id, Pace(None, 3))
    assert await paces.of(account.id) == Pace(None, 3)
    assert await paces.all() == {account.id: Pace(None, 3)}

    await paces.set(account.id, None)
    assert await paces.all() == {}


async def test_calls_wait_in_their_order_and_leave_the_line_once(
    db: Database, queued: QueuedCalls, account: Account
) -> None:
    waiting = [QueuedCall(f"CA{at}", account.id, NODE, hides_caller=at == 1) for at in (3, 1, 2)]
    for each in (*waiting, QueuedCall("CA9", account.id, "node-2")):
        await db.write(queued.joining(each, Pace()))
    assert await queued.on(NODE) == waiting

    claimed = await PacedLines(db).claim(NODE)
    assert claimed == waiting[0]
    await db.write(queued.beginning(claimed, NODE))
    await queued.take_out(claimed, NODE, waited=True)
    with pytest.raises(NoLongerQueued):
        await db.write(queued.beginning(claimed, NODE))
    with pytest.raises(NoLongerQueued):
        await db.write(queued.beginning(waiting[1], NODE))

    assert not await queued.leave("CA3", NODE)
    assert await queued.leave("CA1", NODE)
    assert await queued.on(NODE) == waiting[2:]


async def test_the_password_of_a_call_that_waits_is_stored_sealed(
    db: Database, queued: QueuedCalls, account: Account
) -> None:
    waiting = QueuedCall("CA1", account.id, NODE, sip_password=queued.sealed("CA1", "hunter2"))
    await db.write(queued.joining(waiting, Pace()))

    [row] = await db.rows(select(queued_calls.c.sip_password))
    assert b"hunter2" not in row["sip_password"]
    [found] = await queued.on(NODE)
    assert queued.password_of(found) == "hunter2"
    assert queued.password_of(QueuedCall("CA2", account.id, NODE)) == ""
    with pytest.raises(SetupError):
        QueuedCalls(db, b"another pepper, of another data folder").password_of(found)


async def test_a_migration_tells_waiting_calls_how_the_url_of_their_number_is_requested(
    url: str, db: Database, account: Account
) -> None:
    """As calls that have waited since before it stood on the call."""
    calls, queued = Calls(db), QueuedCalls(db, PEPPER)
    by_number, by_order = a_call(account.id, url="https://a.example/"), a_call(account.id, url="https://b.example/")
    await Numbers(db).add(account.id, by_number.from_, url="https://a.example/", method="GET")
    for call in (by_number, by_order):
        await calls.add(call, also=queued.joining(QueuedCall(call.id, account.id, NODE), Pace()))

    def undone(connection: Connection) -> None:
        command.downgrade(configured(connection), "0030")
        connection.execute(
            text("UPDATE queued_calls SET by_number = :yes WHERE call_id = :id"), {"yes": True, "id": by_number.id}
        )

    await db.write(undone)

    await migrate(make_url(url))

    methods = [found.method for each in (by_number, by_order) if (found := await calls.get(each.id))]
    assert methods == ["GET", "POST"]
