"""Changes that are asked for at once share a transaction, and none harms another."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.call import Event, after
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.outbox import NewCallback, Outbox
from tests.peers.databases import migrated_sqlite
from tests.peers.waiting import within
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import a_call, at

TOLD = NewCallback("https://customer.example/", {"CallStatus": "told"})


@pytest.mark.costly("hundreds of changes at once, beside another opening")
async def test_a_hundred_calls_and_the_courier_at_once_wait_for_each_other(
    url: str, db: Database, calls: Calls, outbox: Outbox, account: Account
) -> None:
    """With a second opening of the same database, as a command beside a serving node is."""
    command = await Database.open(url)
    talking = asyncio.Event()
    delivered: list[tuple[str, int]] = []

    async def talk() -> None:
        call = a_call(account.id)
        await calls.add(call, TOLD)
        for event, seconds in ((Event.ALERTED, 1), (Event.ANSWERED, 2), (Event.HUNG_UP, 3)):
            call = after(call, event, at(seconds))
            await calls.add_event(call.id, event, {}, at(seconds))
            await calls.save(call, TOLD)

    async def courier() -> None:
        while not (talking.is_set() and await outbox.next_due() is None):
            due = await outbox.due(at(60), 20)
            for pending in due:
                await outbox.delivered(pending.id, at(60))
                delivered.append((pending.call_id, pending.sequence))
            await asyncio.sleep(0)

    async def other_process() -> None:
        while not talking.is_set():
            await Accounts(command, PEPPER).create_key(account.id)

    async with asyncio.TaskGroup() as group:
        group.create_task(courier())
        group.create_task(other_process())
        await asyncio.gather(*(talk() for _ in range(100)))
        talking.set()

    await command.close()
    in_order: dict[str, list[int]] = {}
    for call_id, sequence in delivered:
        in_order.setdefault(call_id, []).append(sequence)
    assert list(in_order.values()) == [[0, 1, 2, 3]] * 100


async def test_a_change_that_nobody_waits_for_is_written_with_the_next_that_somebody_does(tmp_path: Path) -> None:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    transactions: list[object] = []

    def job(connection: Connection) -> None:
        transactions.append(connection.get_transaction())

    async with within(5), asyncio.TaskGroup() as group:
        group.create_task(database.write_with_others(job, within_s=3600))
        await asyncio.sleep(0)
        await database.write(job)

    await database.close()
    assert len(transactions) == 2
    assert transactions[0] is transactions[1]


async def test_a_change_that_nobody_joins_is_written_soon(db: Database) -> None:
    written: list[str] = []

    async with within(5):
        await db.write_with_others(lambda _: written.append("alone"), within_s=0.01)

    assert written == ["alone"]


async def test_one_change_that_fails_harms_none_that_came_with_it(calls: Calls, account: Account) -> None:
    good = [a_call(account.id) for _ in range(6)]
    bad = a_call("AC-unknown")

    outcomes = await asyncio.gather(*(calls.add(call) for call in (*good[:3], bad, *good[3:])), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [StoreError] + [type(None)] * 3
    assert [await calls.get(call.id) for call in good] == good
    assert await calls.get(bad.id) is None


async def test_one_who_stops_waiting_harms_none_that_came_with_it(calls: Calls, account: Account) -> None:
    good = [a_call(account.id) for _ in range(6)]
    adding = [asyncio.ensure_future(calls.add(call)) for call in (*good[:3], a_call(account.id), *good[3:])]
    await asyncio.sleep(0)

    adding[3].cancel()
    await asyncio.gather(*adding, return_exceptions=True)

    assert [await calls.get(call.id) for call in good] == good
