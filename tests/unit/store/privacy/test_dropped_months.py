"""Months whose time is up go at once on PostgreSQL; of one in which anything is kept, only what is due goes."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.ids import moment_of
from engine.model.call import Call
from engine.privacy.audit import CLI
from engine.privacy.retention import FOR_EVER, DataCategory, HoldOn, Periods
from engine.store.accounts import Accounts
from engine.store.conferences import Conferences
from engine.store.holds import Holds
from engine.store.months.month import Month
from engine.store.months.monthly_table import EVENTS, EXCHANGES, MonthlyTable, names_of_parts
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import PEPPER, dropped_at_the_end
from tests.unit.store.privacy.conftest import House
from tests.unit.store.samples import a_conference, a_participant

pytestmark = pytest.mark.postgres

DAYS = 60
PERIODS = Periods({DataCategory.EVENTS: DAYS, DataCategory.WEBHOOKS: DAYS})


def month_of(house: House) -> Month:
    """The one in which its calls are made: the present."""
    return Month.of(moment_of(house.account.id))


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    yield from dropped_at_the_end(postgres, Postgres.migrated_database)


async def swept(house: House, after: timedelta) -> None:
    """By a sweep so long after the month's end."""
    house.clock.at = month_of(house).plus(1).begins + after
    await house.sweeper(PERIODS).sweep(CLI)


async def has_part(house: House, table: MonthlyTable) -> bool:
    names = await house.db.read(lambda connection: names_of_parts(connection, table))
    return table.of(month_of(house)).name in names


async def left(house: House, call: Call) -> tuple[int, int]:
    """How many events of a call are there, and exchanges."""
    return len(await house.calls.events(call.id)), (await house.exchanges.of_call(call.id))[1]


async def test_a_month_goes_when_the_last_of_it_is_past_its_time(house: House) -> None:
    call = await house.call()

    await swept(house, timedelta(days=DAYS, seconds=-1))
    assert [await has_part(house, table) for table in (EVENTS, EXCHANGES)] == [True, True]

    await swept(house, timedelta(days=DAYS))
    assert [await has_part(house, table) for table in (EVENTS, EXCHANGES)] == [False, False]
    assert await left(house, call) == (0, 0)
    assert await house.calls.get(call.id) == call


async def test_what_went_with_a_month_is_on_the_audit_log(house: House) -> None:
    for _ in range(3):
        await house.call()

    await swept(house, timedelta(days=DAYS))

    rows = [row async for row in house.audit.rows()]
    told = {(row.action, row.object): json.loads(row.facts) for row in rows}
    assert told == {
        ("retention.month", EVENTS.of(month_of(house)).name): {"rows": 3},
        ("retention.month", EXCHANGES.of(month_of(house)).name): {"rows": 3},
        ("retention.sweep", "node"): {"events": 3, "webhooks": 3},
    }


@pytest.mark.parametrize("kind", HoldOn)
async def test_a_month_of_which_something_is_held_stays_with_what_is_held_alone(house: House, kind: HoldOn) -> None:
    call = await house.call()
    leg = await house.call(parent_id=call.id)
    other = await house.call()
    conference = a_conference(house.account.id)
    await Conferences(house.db).add(conference)
    await Conferences(house.db).join(a_participant(conference, call))
    held = {HoldOn.CALL: call.id, HoldOn.CONFERENCE: conference.id, HoldOn.ACCOUNT: house.account.id}[kind]
    holds = Holds(house.db, house.clock.now)
    hold = await holds.set(house.account.id, kind, held, "Case 2026/14", CLI)

    await swept(house, timedelta(days=DAYS))

    assert [await left(house, each) for each in (call, leg)] == [(1, 1), (1, 1)]
    assert await left(house, other) == ((1, 1) if kind is HoldOn.ACCOUNT else (0, 0))
    await holds.lift(house.account.id, hold.id, CLI)
    await swept(house, timedelta(days=DAYS + 1))
    assert [await has_part(house, table) for table in (EVENTS, EXCHANGES)] == [False, False]


async def test_a_month_stays_for_an_account_that_keeps_for_ever(house: House) -> None:
    thrifty = await Accounts(house.db, PEPPER).ensure("keeps")
    await house.retention.set_period(thrifty.id, DataCategory.EVENTS, FOR_EVER)
    call = await house.call()

    await swept(house, timedelta(days=DAYS))

    assert [await has_part(house, table) for table in (EVENTS, EXCHANGES)] == [True, False]
    assert await left(house, call) == (0, 0)


async def test_a_month_stays_while_a_call_of_it_goes_on(house: House) -> None:
    call = await house.call(live=True)

    await swept(house, timedelta(days=DAYS))

    assert await has_part(house, EVENTS)
    assert await left(house, call) == (1, 0)


async def test_a_month_stays_while_something_late_of_it_is_in_its_time(house: House) -> None:
    call = await house.call()
    await house.calls.add_event(call.id, "erased", {}, month_of(house).plus(1).begins + timedelta(days=7))

    await swept(house, timedelta(days=DAYS))
    assert [event.kind for event in await house.calls.events(call.id)] == ["erased"]

    await swept(house, timedelta(days=DAYS + 9))
    assert not await has_part(house, EVENTS)
