"""Queues that are removed with their figures, or kept; and who may serve who waits in them."""

import asyncio

import pytest

from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.queue import Queue, QueueResult, Wait
from engine.privacy.retention import HoldOn
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.holds import Holds
from engine.store.queues import Queues
from tests.unit.store.samples import NOON, a_call, at


async def a_wait(db: Database, account: Account, *, ended: bool = True) -> Wait:
    """Somebody's wait in a queue that is made for it."""
    queue = await Queues(db).made(Queue(new_id(IdKind.QUEUE), account.id, "support", NOON))
    call = a_call(account.id)
    await Calls(db).add(call)
    wait = Wait(new_id(IdKind.QUEUE_WAIT), queue.id, call.id, 0, NOON)
    await Queues(db).entered(wait)
    return await Queues(db).left(wait, at(5), QueueResult.HANGUP) if ended else wait


async def test_a_queue_goes_with_the_waits_in_it(db: Database, account: Account) -> None:
    wait = await a_wait(db, account)

    assert await Queues(db).remove(wait.queue_id)

    assert await Queues(db).get(wait.queue_id) is None
    assert not await Queues(db).remove(wait.queue_id)


async def test_a_queue_stays_while_somebody_waits(db: Database, account: Account) -> None:
    wait = await a_wait(db, account, ended=False)

    assert not await Queues(db).remove(wait.queue_id)
    assert await Queues(db).open_waits([wait.queue_id]) == [wait]


@pytest.mark.parametrize("kind", [HoldOn.CALL, HoldOn.ACCOUNT])
async def test_a_legal_hold_keeps_a_queue(db: Database, account: Account, kind: HoldOn) -> None:
    wait = await a_wait(db, account)
    held = wait.call_id if kind is HoldOn.CALL else account.id
    hold = await Holds(db).set(account.id, kind, held, "Case 7", "test")

    assert not await Queues(db).remove(wait.queue_id)

    await Holds(db).lift(account.id, hold.id, "test")
    assert await Queues(db).remove(wait.queue_id)


async def test_a_name_is_taken_once(db: Database, account: Account) -> None:
    first = await Queues(db).made(Queue(new_id(IdKind.QUEUE), account.id, "support", NOON))
    other = Queue(new_id(IdKind.QUEUE), account.id, "help", NOON)
    await Queues(db).made(other)

    assert not await Queues(db).rename(Queue(first.id, account.id, "help", NOON))
    assert await Queues(db).rename(Queue(first.id, account.id, "desk", NOON))
    assert await Queues(db).get(first.id) == Queue(first.id, account.id, "desk", NOON)


async def test_of_two_who_serve_at_once_one_has_who_waits(db: Database, account: Account) -> None:
    wait = await a_wait(db, account, ended=False)

    claims = await asyncio.gather(*(Queues(db).claim(wait, at(3)) for _ in range(2)))

    assert sorted(claims) == [False, True]
    assert await Queues(db).open_waits([wait.queue_id]) == []


async def test_who_could_not_be_served_waits_on_from_when_it_came(db: Database, account: Account) -> None:
    wait = await a_wait(db, account, ended=False)
    await Queues(db).claim(wait, at(3))

    await Queues(db).put_back(wait)

    assert await Queues(db).open_waits([wait.queue_id]) == [wait]
