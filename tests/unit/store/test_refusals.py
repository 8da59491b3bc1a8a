"""Refused calls are rows that count, bounded, forgotten after their days and with the number they tell."""

from datetime import datetime, timedelta

import pytest

import engine.store.refusals as module
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.privacy.subject import DataSubject
from engine.store.database import Database
from engine.store.refusals import RefusalStore, forget_number
from tests.unit.store.samples import NOON

CALLED = "+3225550177"


@pytest.fixture
def refusals(db: Database) -> RefusalStore:
    return RefusalStore(db)


def a_refusal(number: str = CALLED, count: int = 1, at: datetime = NOON) -> RefusedCalls:
    return RefusedCalls(RefusalKind("198.51.100.7", RefusalRule.NUMBER, number), count, at, at)


async def test_what_is_refused_again_is_the_same_row(refusals: RefusalStore) -> None:
    later = NOON + timedelta(minutes=5)
    await refusals.add([a_refusal(count=2)])

    await refusals.add([a_refusal(count=3, at=later)])

    assert await refusals.newest(10) == [RefusedCalls(a_refusal().kind, 5, NOON, later)]


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
