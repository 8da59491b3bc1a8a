"""The outbox: a callback is stored with the change it tells of, and sent in order per call."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.call import Call, Event, after
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.outbox import NewCallback, Outbox
from engine.store.tables.calls import outbox as outbox_table
from tests.unit.store.samples import NOON, a_call, at

URL = "https://customer.example/status"


def told(status: str) -> NewCallback:
    return NewCallback(URL, {"CallStatus": status})


async def three_changes(calls: Calls, account: Account, seconds: float = 0) -> Call:
    call = a_call(account.id, start_time=at(seconds))
    await calls.add(call, told("queued"))
    await calls.save(call, told("ringing"))
    answered = after(call, Event.ANSWERED, at(seconds + 1))
    await calls.save(answered, told("in-progress"))
    return answered


async def test_a_callback_is_due_at_once_with_its_form(calls: Calls, outbox: Outbox, account: Account) -> None:
    call = a_call(account.id)
    await calls.add(call, told("queued"))

    (pending,) = await outbox.due(NOON, 10)

    assert (pending.call_id, pending.url, pending.attempts) == (call.id, URL, 0)
    assert pending.form == {"CallStatus": "queued", "SequenceNumber": "0"}


async def test_of_each_call_only_the_first_is_due_until_it_is_settled(
    calls: Calls, outbox: Outbox, account: Account
) -> None:
    await three_changes(calls, account)

    told_in_order = []
    while due := await outbox.due(at(60), 10):
        (pending,) = due
        told_in_order.append((pending.form["CallStatus"], pending.form["SequenceNumber"], pending.sequence))
        await outbox.delivered(pending.id, at(60))

    assert told_in_order == [("queued", "0", 0), ("ringing", "1", 1), ("in-progress", "2", 2)]
    assert await outbox.next_due() is None


async def test_one_calls_failing_callback_holds_up_no_other_call(
    calls: Calls, outbox: Outbox, account: Account
) -> None:
    slow, quick = await three_changes(calls, account), await three_changes(calls, account)
    first = {pending.call_id: pending for pending in await outbox.due(at(60), 10)}

    await outbox.retry(first[slow.id].id, at(120), "503")
    await outbox.delivered(first[quick.id].id, at(60))

    (due,) = await outbox.due(at(60), 10)
    assert (due.call_id, due.sequence) == (quick.id, 1)


async def test_a_callback_that_failed_is_due_again_at_its_time(calls: Calls, outbox: Outbox, account: Account) -> None:
    await calls.add(a_call(account.id), told("queued"))
    (pending,) = await outbox.due(NOON, 10)

    await outbox.retry(pending.id, at(30), "connection refused")

    assert await outbox.due(at(29.999), 10) == []
    assert await outbox.next_due() == at(30)
    assert await outbox.due(at(30), 10) == [replace(pending, attempts=1, next_at=at(30))]


async def test_a_callback_given_up_lets_the_next_one_go(calls: Calls, outbox: Outbox, account: Account) -> None:
    await three_changes(calls, account)
    (first,) = await outbox.due(at(60), 10)

    await outbox.given_up(first.id, at(60), "x" * 10_000)

    (second,) = await outbox.due(at(60), 10)
    assert second.sequence == 1


async def test_a_settled_callback_stays_settled(calls: Calls, outbox: Outbox, account: Account) -> None:
    await calls.add(a_call(account.id), told("queued"))
    (pending,) = await outbox.due(NOON, 10)
    await outbox.delivered(pending.id, NOON)

    await outbox.retry(pending.id, at(1), "late")

    assert await outbox.due(at(60), 10) == []


async def test_a_nodes_callback_waits_for_that_of_the_node_before_it_and_is_looked_for_meanwhile(
    db: Database, calls: Calls, outbox: Outbox, account: Account
) -> None:
    """As of a call that one node was asked for, and another has placed."""
    call = a_call(account.id)
    await calls.add(call, told("queued"))
    await calls.save(replace(call, node="node-2"), told("ringing"))
    behind = Outbox(db, "node-2")
    assert await behind.due(at(60), 10) == []
    assert await behind.next_due() == NOON

    (first,) = await outbox.due(at(60), 10)
    await outbox.delivered(first.id, at(60))

    (second,) = await behind.due(at(60), 10)
    assert second.form["CallStatus"] == "ringing"


async def test_the_longest_due_come_first_and_no_more_than_asked_for(
    calls: Calls, outbox: Outbox, account: Account
) -> None:
    later, earlier, latest = [await three_changes(calls, account, seconds) for seconds in (5, 1, 9)]

    due = await outbox.due(at(60), 2)

    assert [pending.call_id for pending in due] == [earlier.id, later.id]
    assert await outbox.next_due() == earlier.start_time
    assert latest.id not in {pending.call_id for pending in due}


async def test_a_change_that_is_not_stored_leaves_no_callback(calls: Calls, outbox: Outbox, account: Account) -> None:
    call = a_call(account.id)
    with pytest.raises(StoreError):
        await calls.save(call, told("ringing"))
    await calls.add(call, told("queued"))
    with pytest.raises(StoreError):
        await calls.add(call, told("queued again"))

    due = await outbox.due(at(60), 10)

    assert [pending.form["CallStatus"] for pending in due] == ["queued"]


async def test_changes_of_one_call_at_the_same_time_get_numbers_without_gap(
    calls: Calls, outbox: Outbox, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call, told("0"))

    await asyncio.gather(*(calls.save(call, told("more")) for _ in range(15)))

    sequences = []
    while due := await outbox.due(at(60), 10):
        sequences += [pending.sequence for pending in due]
        await outbox.delivered(due[0].id, at(60))
    assert sequences == list(range(16))


async def test_a_body_that_is_not_to_be_kept_goes_once_it_is_delivered(
    db: Database, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call, NewCallback("https://customer.example/", {"To": call.to}))
    discreet = Outbox(db, "node-1", keep_bodies=False)
    (pending,) = await discreet.due(NOON, 1)
    assert pending.form["To"] == call.to

    await discreet.delivered(pending.id, NOON)

    row = await db.row(select(outbox_table.c.form, outbox_table.c.state))
    assert row is not None
    assert dict(row) == {"form": {}, "state": "delivered"}


@pytest.mark.parametrize(
    ("failed", "due_s", "then_s"), [(0, 900, 0), (1, 900, 1), (2, 900, 10), (3, 900, 10), (3, 5, 5), (1, 0.5, 0.5)]
)
async def test_what_is_due_later_than_its_failures_allow_is_hastened(
    calls: Calls, outbox: Outbox, account: Account, failed: int, due_s: float, then_s: float
) -> None:
    await calls.add(a_call(account.id, start_time=at(0 if failed else due_s)), told("queued"))
    (pending,) = await outbox.due(at(900), 1)
    for _ in range(failed):
        await outbox.retry(pending.id, at(due_s), "away")

    hastened = await outbox.hasten([at(0), at(1), at(10)])

    assert hastened == (then_s < due_s)
    assert await outbox.next_due() == at(then_s)


async def test_what_is_settled_is_not_hastened(calls: Calls, outbox: Outbox, account: Account) -> None:
    await calls.add(a_call(account.id, start_time=at(900)), told("queued"))
    (pending,) = await outbox.due(at(900), 1)
    await outbox.delivered(pending.id, at(900))

    assert await outbox.hasten([at(0)]) == 0


async def test_what_an_older_release_has_left_is_sent_by_the_node_of_its_call(
    db: Database, calls: Calls, outbox: Outbox, account: Account
) -> None:
    """It names no node, as it did not know of them."""
    mine, others = a_call(account.id), a_call(account.id, node="node-2")
    for call in (mine, others):
        await calls.add(call, told("queued"))
    await db.change(update(outbox_table).values(node=""))
    assert await outbox.due(at(60), 10) == []

    assert await outbox.adopt() == 1

    assert [each.call_id for each in await outbox.due(at(60), 10)] == [mine.id]
