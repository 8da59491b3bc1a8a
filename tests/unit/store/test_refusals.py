"""Refused calls are counted by each node in rows of its own, bounded, and told of as one.

They are forgotten after their days, and with the number that they tell.
"""

import asyncio
import random
from datetime import datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import insert

import engine.store.refusals as module
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.privacy.subject import DataSubject
from engine.store.database import Database
from engine.store.refusals import RefusalStore, forget_number
from engine.store.tables.refusals import refusals as counted_by_all
from tests.peers.waiting import within
from tests.unit.store.samples import NOON

CALLED = "+3225550177"


@pytest.fixture
def refusals(db: Database) -> RefusalStore:
    return RefusalStore(db, "a")


@pytest.fixture
def others(db: Database) -> RefusalStore:
    """The same as another node has it."""
    return RefusalStore(db, "b")


def a_refusal(number: str = CALLED, count: int = 1, at: datetime = NOON) -> RefusedCalls:
    return RefusedCalls(RefusalKind("198.51.100.7", RefusalRule.NUMBER, number), count, at, at)


async def test_what_is_refused_again_is_the_same_row(refusals: RefusalStore) -> None:
    later = NOON + timedelta(minutes=5)
    await refusals.add([a_refusal(count=2)])

    await refusals.add([a_refusal(count=3, at=later)])

    assert await refusals.newest(10) == [RefusedCalls(a_refusal().kind, 5, NOON, later)]


async def test_what_several_nodes_refuse_alike_is_told_as_one(refusals: RefusalStore, others: RefusalStore) -> None:
    later = NOON + timedelta(minutes=5)
    await refusals.add([a_refusal(count=2, at=later)])

    await others.add([a_refusal(count=3)])

    assert await refusals.newest(10) == await others.newest(10) == [RefusedCalls(a_refusal().kind, 5, NOON, later)]


async def test_what_nodes_of_the_release_before_count_is_told_removed_and_forgotten_with_it(
    refusals: RefusalStore, db: Database
) -> None:
    later = NOON + timedelta(days=1)
    for number in (CALLED, "1"):
        await db.change(insert(counted_by_all), row_of_before(number, count=4))
        await refusals.add([a_refusal(number, count=2, at=later)])

    assert [(each.count, each.last_at) for each in await refusals.newest(10)] == [(6, later)] * 2
    assert await refusals.count_before(later) == await refusals.remove_before(later) == 2
    await db.change(insert(counted_by_all), row_of_before(CALLED, count=4))
    await db.write(lambda connection: forget_number(connection, DataSubject(CALLED)))
    assert [(each.kind.number, each.count) for each in await refusals.newest(10)] == [("1", 2)]


def row_of_before(number: str, count: int) -> dict[str, object]:
    kind = a_refusal(number).kind
    return {
        "source": kind.source,
        "rule": kind.rule,
        "number": number,
        "count": count,
        "first_at": NOON,
        "last_at": NOON,
    }


@pytest.mark.postgres
async def test_a_node_does_not_wait_for_another_that_counts_the_same(server: Database, shared_url: str) -> None:
    waiting, other = RefusalStore(server, "a"), RefusalStore(server, "b")
    await waiting.add([a_refusal()])
    connection = await asyncpg.connect(shared_url.replace("+asyncpg", ""))
    async with connection.transaction():
        await connection.execute("UPDATE refused_calls SET count = 7")  # and it is not committed yet

        async with within(10):
            await other.add([a_refusal(count=3)])
    await connection.close()

    assert [each.count for each in await other.newest(10)] == [10]


@pytest.mark.postgres
async def test_nodes_that_refuse_the_same_at_once_in_any_order_count_each(shared_url: str) -> None:
    numbers = [f"+3225550{number:03}" for number in range(30)]

    async def refuse(node: str) -> None:
        database = await Database.open(shared_url)
        store, chance = RefusalStore(database, node), random.Random(node)
        for _ in range(10):
            await store.add([a_refusal(number) for number in chance.sample(numbers, len(numbers))])
        await database.close()

    await asyncio.gather(*map(refuse, "abcd"))

    database = await Database.open(shared_url)
    told = await RefusalStore(database, "a").newest(100)
    await database.close()
    assert {each.kind.number: each.count for each in told} == dict.fromkeys(numbers, 40)


async def test_the_latest_come_first_and_no_more_than_wanted(refusals: RefusalStore) -> None:
    await refusals.add([a_refusal(str(minute), at=NOON + timedelta(minutes=minute)) for minute in range(3)])

    assert [each.kind.number for each in await refusals.newest(2)] == ["2", "1"]


async def test_those_of_the_longest_ago_make_room(refusals: RefusalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)

    await refusals.add([a_refusal(str(minute), at=NOON + timedelta(minutes=minute)) for minute in range(4)])

    assert [each.kind.number for each in await refusals.newest(10)] == ["3", "2"]


async def test_what_is_old_is_counted_and_removed(refusals: RefusalStore) -> None:
    await refusals.add([a_refusal("1"), a_refusal("2", at=NOON + timedelta(days=2))])
    before = NOON + timedelta(days=1)

    assert await refusals.count_before(before) == await refusals.remove_before(before) == 1
    assert [each.kind.number for each in await refusals.newest(10)] == ["2"]


async def test_a_persons_number_is_forgotten_in_whatever_form_and_others_stay(
    refusals: RefusalStore, db: Database
) -> None:
    await refusals.add([a_refusal(CALLED), a_refusal("003225550177"), a_refusal("+3225550199")])

    await db.write(lambda connection: forget_number(connection, DataSubject(CALLED)))

    assert [each.kind.number for each in await refusals.newest(10)] == ["+3225550199"]
