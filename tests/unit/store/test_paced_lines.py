"""Lines of calls that wait, which any node draws from: in order, never faster than their pace, nobody twice."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import cycle, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from engine.errors import NoLongerQueued, QueueFull
from engine.model.accounts import Account
from engine.model.call import NO_NODE, Call, Status
from engine.routing.pacing import Pace, wait_s
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.paced_lines import PacedLines
from engine.store.paces import Paces
from engine.store.queued_calls import QueuedCall, QueuedCalls
from engine.store.tables.pacing import account_lines
from engine.testing.database import memory_database
from tests.unit.store.conftest import PEPPER
from tests.unit.store.moved_clock import MovedClock
from tests.unit.store.samples import a_call, at

ONE, OTHER = "node-1", "node-2"
NODES = 3


@dataclass(slots=True)
class Campaign:
    """What waits in one database, as a node of it sees it."""

    db: Database
    node: str = ONE
    clock: MovedClock = field(default_factory=MovedClock)

    @property
    def lines(self) -> PacedLines:
        return PacedLines(self.db, self.clock)

    @property
    def queued(self) -> QueuedCalls:
        return QueuedCalls(self.db, PEPPER)

    async def joins(self, account: Account, pace: Pace | None = None) -> Call:
        call = a_call(account.id, node=self.node)
        joining = self.queued.joining(QueuedCall(call.id, account.id, self.node), pace or Pace())
        await Calls(self.db).add(call, also=joining)
        return call

    async def claims(self) -> str | None:
        """The identifier of the call that is claimed."""
        queued = await self.lines.claim(self.node)
        return queued.call_id if queued else None

    async def begins(self) -> str | None:
        """The identifier of the call that is claimed and begins."""
        queued = await self.lines.claim(self.node)
        if queued is None:
            return None
        await self.db.write(self.queued.beginning(queued, self.node))
        await self.queued.take_out(queued, self.node, waited=True)
        return queued.call_id

    async def ends(self, call: Call) -> None:
        await Calls(self.db).save(replace(call, node=self.node, status=Status.FAILED, end_time=at(1)))


@pytest.fixture
def campaign(db: Database) -> Campaign:
    return Campaign(db)


@pytest.fixture
def elsewhere(db: Database) -> Campaign:
    """The same as another node sees it."""
    return Campaign(db, OTHER)


async def test_calls_are_claimed_in_their_order_by_whichever_node_asks(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    calls = [(await each.joins(account)).id for each in (campaign, campaign, elsewhere)]

    assert [await each.begins() for each in (elsewhere, campaign, campaign, elsewhere)] == [*calls, None]


async def test_a_call_that_waits_is_no_nodes_and_one_that_begins_is_the_nodes_that_begins_it(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    call = await campaign.joins(account)
    waiting = await Calls(campaign.db).get(call.id)

    await elsewhere.begins()

    begun = await Calls(campaign.db).get(call.id)
    assert waiting is not None
    assert begun is not None
    assert (waiting.node, begun.node) == (NO_NODE, OTHER)


async def test_a_position_is_told_by_any_node_and_those_behind_come_nearer(
    campaign: Campaign, elsewhere: Campaign, account: Account, stranger: Account
) -> None:
    calls = [await campaign.joins(account) for _ in range(3)]
    await campaign.joins(stranger)
    assert [await elsewhere.queued.position(call.id) for call in calls] == [1, 2, 3]

    await elsewhere.queued.leave(calls[1].id, OTHER)
    await campaign.claims()

    assert [await elsewhere.queued.position(call.id) for call in calls] == [None, None, 1]


async def test_a_call_that_one_node_cancels_while_another_is_about_to_begin_it_never_begins(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    call = await campaign.joins(account)
    queued = await campaign.lines.claim(ONE)
    assert queued is not None

    assert await elsewhere.queued.leave(call.id, OTHER)

    with pytest.raises(NoLongerQueued):
        await campaign.db.write(campaign.queued.beginning(queued, ONE))
    assert not await campaign.queued.leave(call.id, ONE)


async def test_what_a_node_that_died_has_claimed_is_in_its_old_place_again_and_begins_once(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    calls = [(await campaign.joins(account)).id for _ in range(2)]
    queued = await campaign.lines.claim(ONE)
    assert queued is not None

    await elsewhere.lines.give_back(ONE)
    assert [await elsewhere.begins() for _ in range(2)] == calls

    with pytest.raises(NoLongerQueued):
        await campaign.db.write(campaign.queued.beginning(queued, ONE))


async def test_a_call_that_need_not_wait_is_its_nodes_and_waits_for_any_once_that_has_died(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    call = a_call(account.id, node=ONE)
    queued = QueuedCall(call.id, account.id, ONE)
    await Calls(campaign.db).add(call, also=campaign.queued.claiming(queued))
    assert await elsewhere.claims() is None
    assert await elsewhere.queued.begun_by(ONE) == [queued]
    await campaign.lines.give_back(ONE)
    assert await elsewhere.claims() is None, "its node is about to dial it"

    await elsewhere.lines.hand_on(ONE)
    waiting = await Calls(campaign.db).get(call.id)
    assert await elsewhere.begins() == call.id

    assert waiting is not None
    assert waiting.node == NO_NODE
    with pytest.raises(NoLongerQueued):
        await campaign.queued.take_out(queued, ONE, waited=False)


async def test_a_call_that_was_begun_and_not_dialled_is_in_its_old_place_again_where_its_node_dies(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    await Paces(campaign.db).set(account.id, Pace(calls_at_once=2))
    calls = [(await campaign.joins(account)).id for _ in range(2)]
    queued = await campaign.lines.claim(ONE)
    assert queued is not None
    await campaign.db.write(campaign.queued.beginning(queued, ONE))
    assert [line.going_on for line in await elsewhere.lines.waiting()] == [1]

    await elsewhere.lines.hand_on(ONE)

    assert [line.going_on for line in await elsewhere.lines.waiting()] == [0]
    assert [await elsewhere.begins() for _ in range(2)] == calls


async def test_who_does_not_know_whether_a_call_was_taken_out_may_do_it_again_until_another_has_it(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    call = a_call(account.id, node=ONE)
    queued = QueuedCall(call.id, account.id, ONE)
    await Calls(campaign.db).add(call, also=campaign.queued.claiming(queued))

    await campaign.queued.take_out(queued, ONE, waited=False)
    await campaign.queued.take_out(queued, ONE, waited=False)

    assert not await campaign.queued.holds(call.id)
    assert not await elsewhere.queued.leave(call.id, OTHER)
    with pytest.raises(NoLongerQueued):
        await elsewhere.queued.take_out(queued, OTHER, waited=False)


async def test_a_line_that_is_postponed_waits_and_others_go_on(
    campaign: Campaign, account: Account, stranger: Account
) -> None:
    for each in (account, stranger):
        await campaign.joins(each)
    first = await campaign.lines.claim(ONE)
    assert first is not None

    await campaign.lines.put_back(first, ONE, again_after_s=60)

    assert await campaign.claims() not in (first.call_id, None)
    assert await campaign.claims() is None
    [postponed] = await campaign.lines.waiting()
    assert 50 < postponed.free_in_s <= 60


async def test_no_more_wait_than_may_however_many_are_asked_for_at_once(campaign: Campaign, account: Account) -> None:
    pace = Pace(most_queued=3)

    asked = await asyncio.gather(*(campaign.joins(account, pace) for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(each, QueueFull) for each in asked) == 5
    assert len(await campaign.queued.on(ONE)) == 3
    with pytest.raises(QueueFull):
        await campaign.queued.require_place(account.id, pace)


async def test_no_more_go_on_at_once_than_may_and_the_end_of_one_lets_the_next_begin(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    await Paces(campaign.db).set(account.id, Pace(calls_at_once=1))
    first, second = [await campaign.joins(account) for _ in range(2)]
    assert await campaign.claims() == first.id
    assert await elsewhere.claims() is None, "who is claimed goes on"
    await campaign.lines.give_back(ONE)
    assert await campaign.begins() == first.id
    assert await elsewhere.claims() is None
    assert wait_s(await elsewhere.lines.waiting()) is None

    await campaign.ends(first)

    assert await elsewhere.begins() == second.id


async def test_of_nodes_that_claim_at_once_each_has_another_call(
    campaign: Campaign, elsewhere: Campaign, account: Account
) -> None:
    calls = {(await campaign.joins(account)).id for _ in range(6)}

    claimed: list[str] = []
    while len(claimed) < len(calls):
        found = await asyncio.gather(campaign.begins(), elsewhere.begins(), campaign.begins())
        claimed += [each for each in found if each is not None]

    assert sorted(claimed) == sorted(calls)


async def test_calls_of_a_release_that_knew_no_lines_are_taken_up_at_the_start(
    campaign: Campaign, account: Account
) -> None:
    call = await campaign.joins(account)
    await campaign.db.change(delete(account_lines))
    assert await campaign.claims() is None

    await campaign.lines.take_up(ONE)

    assert await campaign.claims() == call.id


ACCOUNT = st.sampled_from("abc")
NODE = st.sampled_from([ONE, OTHER])
WHAT = st.sampled_from(["joins", "leaves", "ends", "dies", "time passes", "time passes"])
STEP = st.tuples(WHAT, ACCOUNT, NODE)


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(STEP, max_size=40),
    rates=st.tuples(*[st.one_of(st.none(), st.sampled_from([0.5, 1.0, 4.0]))] * 3),
    at_once=st.one_of(st.none(), st.integers(1, 3)),
)
def test_in_all_histories_order_pace_and_limits_hold_and_nobody_starves(
    steps: Sequence[tuple[str, str, str]], rates: Sequence[float | None], at_once: int | None
) -> None:
    asyncio.run(_history(steps, dict(zip("abc", (Pace(rate, at_once) for rate in rates), strict=True))))


async def _history(steps: Sequence[tuple[str, str, str]], paces: dict[str, Pace]) -> None:
    async with memory_database() as db:
        clock, accounts = MovedClock(), {}
        for name, pace in paces.items():
            accounts[name] = await Accounts(db, PEPPER).ensure(name)
            await Paces(db).set(accounts[name].id, pace)
        model = _Model(db, clock, {account.id: paces[name] for name, account in accounts.items()})
        for what, name, node in steps:
            await model.step(what, accounts[name], node)
            await model.begin_all(node)
        await model.run_out()


@dataclass(slots=True)
class _Model:
    """What must be of lines, beside what is."""

    db: Database
    clock: MovedClock
    paces: dict[str, Pace]
    waiting: defaultdict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    going_on: defaultdict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    begun_at: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def step(self, what: str, account: Account, node: str) -> None:
        seen, waiting, going_on = (
            Campaign(self.db, node, self.clock),
            self.waiting[account.id],
            self.going_on[account.id],
        )
        if what == "joins":
            waiting.append(await seen.joins(account))
        elif what == "leaves" and waiting:
            assert await seen.queued.leave(waiting.pop().id, node)
        elif what == "ends" and going_on:
            await seen.ends(going_on.pop())
        elif what == "dies":
            await seen.lines.claim(node)
            await seen.lines.give_back(node)
        elif what == "time passes":
            self.clock.passes(0.3)

    async def begin_all(self, node: str) -> None:
        while (begun := await Campaign(self.db, node, self.clock).begins()) is not None:
            account = next(account for account, calls in self.waiting.items() if begun in [each.id for each in calls])
            first = self.waiting[account].pop(0)
            assert first.id == begun, "in order"
            self.going_on[account].append(first)
            self.begun_at[account].append(self.clock.moment.timestamp())
            at_once = self.paces[account].calls_at_once
            assert at_once is None or len(self.going_on[account]) <= at_once

    async def run_out(self) -> None:
        """Let all end and time pass until nobody waits."""
        for _ in range(200):
            for calls in self.going_on.values():
                while calls:
                    await Campaign(self.db, ONE, self.clock).ends(calls.pop())
            lines = await PacedLines(self.db, self.clock).waiting()
            if not lines:
                break
            self.clock.passes((wait_s(lines) or 0.0) + 1e-3)
            await self.begin_all(OTHER)
        assert not any(self.waiting.values()), "everybody has had a turn"
        for account, moments in self.begun_at.items():
            apart = [later - earlier for earlier, later in pairwise(moments)]
            assert all(each >= self.paces[account].apart_s - 1e-3 for each in apart)


@settings(max_examples=20, deadline=None)
@given(counts=st.lists(st.integers(1, 8), min_size=2, max_size=4), served=st.integers(1, 20))
def test_between_accounts_that_wait_the_numbers_served_differ_by_one_at_most(
    counts: Sequence[int], served: int
) -> None:
    asyncio.run(_served(counts, served))


async def _served(counts: Sequence[int], served: int) -> None:
    async with memory_database() as db:
        one, other = Campaign(db), Campaign(db, OTHER)
        whose: dict[str, int] = {}
        for number, many in enumerate(counts):
            account = await Accounts(db, PEPPER).ensure(f"account {number}")
            for _ in range(many):
                whose[(await one.joins(account)).id] = number
        turns = Counter[int]()
        for _, node in zip(range(served), cycle((one, other)), strict=False):
            if (begun := await node.begins()) is not None:
                turns[whose[begun]] += 1
        hungry = [turns[number] for number, many in enumerate(counts) if turns[number] < many]
        assert not hungry or max(turns.values()) - min(hungry) <= 1


_rounds = iter(range(10**6))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(joined=st.lists(st.integers(0, 2), min_size=1, max_size=10), at_once=st.integers(1, 3))
def test_whatever_several_nodes_begin_and_end_at_once_nobody_is_begun_twice_or_beyond_the_pace(
    url: str, joined: Sequence[int], at_once: int
) -> None:
    async def all_at_once() -> None:
        async with AsyncExitStack() as opened:
            databases = [await Database.open(url) for _ in range(NODES)]
            for each in databases:
                opened.push_async_callback(each.close)
            await _campaign_of_several(databases, joined, at_once)

    asyncio.run(all_at_once())


async def _campaign_of_several(databases: Sequence[Database], joined: Sequence[int], at_once: int) -> None:
    names = [f"account {next(_rounds)}" for _ in range(3)]
    accounts = [await Accounts(databases[0], PEPPER).ensure(name) for name in names]
    nodes = [Campaign(db, f"node-{number}") for number, db in enumerate(databases)]
    for account in accounts:
        await Paces(databases[0]).set(account.id, Pace(calls_at_once=at_once))
    asked = await asyncio.gather(*(node.joins(accounts[at]) for at, node in zip(joined, cycle(nodes), strict=False)))
    of_id, going_on, begun = {call.id: call for call in asked}, Counter[str](), Counter[str]()

    async def work(node: Campaign) -> None:
        while begun.total() < len(asked):
            if (found := await node.begins()) is None:
                await asyncio.sleep(0.001)
                continue
            call = of_id[found]
            begun[found] += 1
            going_on[call.account_id] += 1
            assert going_on[call.account_id] <= at_once
            await asyncio.sleep(0)
            going_on[call.account_id] -= 1
            await node.ends(call)

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(node) for node in nodes))
    assert begun == Counter(dict.fromkeys(of_id, 1))


async def test_calls_of_an_account_with_a_region_are_claimed_by_nodes_of_that_region_alone(
    campaign: Campaign, account: Account, stranger: Account, accounts: Accounts
) -> None:
    await accounts.move_to(account.id, "eu-be")
    kept, free = await campaign.joins(account), await campaign.joins(stranger)

    abroad = [await campaign.lines.claim(OTHER, region) for region in ("eu-de", "", "eu-de")]
    at_home = await campaign.lines.claim(ONE, "eu-be")

    assert [each.call_id if each else None for each in abroad] == [free.id, None, None]
    assert at_home is not None
    assert at_home.call_id == kept.id
