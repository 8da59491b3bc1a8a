"""Calls at once and a second over all nodes: whatever begins and ends at once, never more than a policy allows."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import cycle, pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.errors import PolicyRefused
from engine.model.accounts import Account
from engine.model.call import Call, Direction, Status
from engine.model.call_policy import CallPolicy, PlacedPolicy, PolicyLevel, PolicyPlace, PolicyRefusal
from engine.model.call_policy.last_second import SECOND_US, of_last_second
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.calls_going_on import CallsGoingOn
from engine.store.database import Database
from engine.store.policies import Policies
from engine.store.tables.call_policies import call_rates
from tests.peers.databases import migrated_sqlite
from tests.unit.store.conftest import PEPPER
from tests.unit.store.moved_clock import MovedClock
from tests.unit.store.samples import a_call, at

NUMBER = "+3225550100"
NODES = 3
OPERATOR = PolicyPlace(PolicyLevel.NODE)


def refuse(refusal: PolicyRefusal) -> PolicyRefused:
    return PolicyRefused(refusal.why, rule=refusal.rule, level=refusal.level, number="", uri=refusal.rule.uri)


def placed(place: PolicyPlace, **fields: int) -> tuple[PlacedPolicy, ...]:
    return (PlacedPolicy(place, CallPolicy(**fields)),)  # type: ignore[arg-type]


def of(account: Account) -> PolicyPlace:
    return PolicyPlace(PolicyLevel.ACCOUNT, account.id)


async def begins(db: Database, call: Call, policies: tuple[PlacedPolicy, ...], clock: MovedClock | None = None) -> bool:
    """Whether a call is stored, which is where it is counted."""
    going_on = CallsGoingOn(db, clock) if clock else CallsGoingOn(db)
    try:
        await Calls(db).add(call, also=going_on.counting(call.id, call.direction, policies, refuse))
    except PolicyRefused:
        assert await Calls(db).get(call.id) is None, "nothing of it is stored"
        return False
    return True


async def ends(db: Database, call: Call) -> None:
    ended = a_call(call.account_id, id=call.id, status=Status.FAILED, end_time=at(1), direction=call.direction)
    await Calls(db).save(ended)


async def test_of_calls_that_begin_at_once_as_many_are_let_in_as_may_go_on(db: Database, account: Account) -> None:
    policies = placed(of(account), calls_at_once=3)
    calls = [a_call(account.id) for _ in range(10)]

    begun = await asyncio.gather(*(begins(db, call, policies) for call in calls))

    assert sum(begun) == 3
    first = calls[begun.index(True)]
    await ends(db, first)
    assert await begins(db, a_call(account.id), policies)
    assert not await begins(db, a_call(account.id), policies)


async def test_each_way_and_each_account_is_counted_apart(db: Database, account: Account, stranger: Account) -> None:
    policies = placed(of(account), calls_at_once=1, inbound_calls_at_once=1)
    came_in = [a_call(account.id, direction=Direction.INBOUND) for _ in range(2)]

    assert await begins(db, a_call(account.id), policies)
    assert await begins(db, a_call(stranger.id), placed(of(stranger), calls_at_once=1))
    assert [await begins(db, call, policies) for call in came_in] == [True, False]


async def test_the_operators_limit_holds_for_all_accounts_together(
    db: Database, account: Account, stranger: Account
) -> None:
    policies = placed(OPERATOR, calls_at_once=2)

    begun = [await begins(db, a_call(each.id), policies) for each in (account, stranger, account)]

    assert begun == [True, True, False]


async def test_a_call_that_waits_for_its_turn_is_no_nodes_and_does_not_count(db: Database, account: Account) -> None:
    await Calls(db).add(a_call(account.id, node=""))

    assert await begins(db, a_call(account.id), placed(of(account), calls_at_once=1))


async def test_a_key_is_counted_for_what_it_has_asked_for(db: Database, account: Account) -> None:
    policies = placed(PolicyPlace(PolicyLevel.KEY, "SK1"), calls_at_once=1)
    await begins(db, a_call(account.id, key_id="SK2"), policies)

    assert [await begins(db, a_call(account.id, key_id="SK1"), policies) for _ in range(2)] == [True, False]


async def test_what_a_call_dials_and_what_that_dials_counts_for_the_number_of_the_first(
    db: Database, account: Account
) -> None:
    policies = placed(PolicyPlace(PolicyLevel.NUMBER, NUMBER), calls_at_once=2)
    first = a_call(account.id, direction=Direction.INBOUND, to=NUMBER, from_="+3225559999")
    second = a_call(account.id, from_="+3225559999", parent_id=first.id)
    third = a_call(account.id, from_="+3225558888", parent_id=second.id)
    await Calls(db).add(first)

    assert await begins(db, second, policies)
    assert await begins(db, third, policies)

    assert not await begins(db, a_call(account.id, from_=NUMBER), policies)
    assert await begins(db, a_call(account.id, from_="+3225557777"), ())
    used = await CallsGoingOn(db).used(Direction.OUTBOUND, policies)
    assert used[policies[0].place].at_once == 2


async def test_no_more_begin_than_may_within_any_second(tmp_path: Path) -> None:
    """On SQLite, whose clock is the node's: ours to move."""
    db, clock = await Database.open(migrated_sqlite(tmp_path / "telefoon.db")), MovedClock()
    account = await Accounts(db, PEPPER).ensure("demo")
    policies = placed(of(account), calls_a_second=2)

    async def begun(after_s: float) -> bool:
        clock.passes(after_s)
        return await begins(db, a_call(account.id), policies, clock)

    assert [await begun(after_s) for after_s in (0, 0.5, 0.4, 0.1, 0.4, 0.1)] == [True, True, False, True, False, True]
    await db.close()


async def test_what_nothing_limits_is_not_counted(db: Database, account: Account) -> None:
    policies = placed(of(account), minutes_a_day=5)

    assert CallsGoingOn(db).counting("CA1", Direction.OUTBOUND, policies, refuse) is None
    assert CallsGoingOn(db).counting("CA1", Direction.INBOUND, placed(of(account), calls_at_once=1), refuse) is None
    assert await CallsGoingOn(db).used(Direction.OUTBOUND, policies) == {}


async def test_a_policy_that_is_removed_takes_the_beginnings_of_its_calls_along(db: Database, account: Account) -> None:
    await Policies(db).set(of(account), {"calls_a_second": 5})
    await begins(db, a_call(account.id), placed(of(account), calls_a_second=5))
    assert len(await db.rows(select(call_rates))) == 1

    await Policies(db).remove(of(account))

    assert await db.rows(select(call_rates)) == []


@given(moments=st.lists(st.integers(-3 * SECOND_US, 3 * SECOND_US)), now=st.integers(-SECOND_US, SECOND_US))
def test_only_what_is_a_second_away_is_forgotten_whichever_way_the_clock_was_set(moments: list[int], now: int) -> None:
    kept = of_last_second(moments, now)

    assert all(abs(now - each) < SECOND_US for each in kept)
    assert len(kept) == sum(-SECOND_US < each - now < SECOND_US for each in moments)


LIFE = st.tuples(st.integers(0, 4), st.booleans())
"""How often a call lets others go first before it ends, and whether it is another direction's."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at_once=st.integers(0, 3), a_second=st.integers(1, 4), lives=st.lists(LIFE, max_size=10))
def test_whatever_calls_of_several_nodes_do_no_limit_is_ever_passed_and_nothing_stays_counted(
    url: str, at_once: int, a_second: int, lives: Sequence[tuple[int, bool]]
) -> None:
    async def all_at_once() -> None:
        async with AsyncExitStack() as opened:
            databases = [await Database.open(url) for _ in range(NODES)]
            for each in databases:
                opened.push_async_callback(each.close)
            await _afternoon(databases, at_once, a_second, lives)

    asyncio.run(all_at_once())


_rounds = iter(range(10**6))


async def _afternoon(
    databases: Sequence[Database], at_once: int, a_second: int, lives: Sequence[tuple[int, bool]]
) -> None:
    """Each call is another node's than the one before, so that their transactions meet in the database alone."""
    account = await Accounts(databases[0], PEPPER).ensure(f"account {next(_rounds)}")
    policies = placed(of(account), calls_at_once=at_once, calls_a_second=a_second, inbound_calls_at_once=at_once)
    watched = asyncio.create_task(_watch(databases[0], policies, at_once, a_second))

    async def one(db: Database, turns: int, inbound: bool) -> bool:
        call = a_call(account.id, direction=Direction.INBOUND if inbound else Direction.OUTBOUND)
        if not await begins(db, call, policies):
            return False
        for _ in range(turns):
            await asyncio.sleep(0)
        await ends(db, call)
        return True

    begun = await asyncio.gather(*(one(db, *life) for life, db in zip(lives, cycle(databases), strict=False)))
    assert not watched.done() or watched.result() is None  # what it has found is raised here
    watched.cancel()
    for direction in Direction:
        assert all(each.at_once == 0 for each in (await CallsGoingOn(databases[0]).used(direction, policies)).values())
    assert not any(begun) or at_once > 0
    if lives and at_once:
        assert any(begun), "the first that comes is let in"


async def _watch(db: Database, policies: tuple[PlacedPolicy, ...], at_once: int, a_second: int) -> None:
    """At no moment anything is beyond its limit, whichever transactions are under way."""
    while True:
        for direction in Direction:
            used = (await CallsGoingOn(db).used(direction, policies))[policies[0].place]
            assert used.at_once <= at_once
            assert used.began_last_second <= a_second
        of_this = select(call_rates.c.moments).where(call_rates.c.subject == policies[0].place.subject)
        for row in await db.rows(of_this):
            moments = row["moments"]
            windows = zip(moments, moments[a_second:], strict=False)
            assert all(later - earlier >= SECOND_US for earlier, later in windows)
            assert all(earlier <= later for earlier, later in pairwise(moments))
        await asyncio.sleep(0)
