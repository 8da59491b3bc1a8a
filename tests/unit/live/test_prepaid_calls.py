"""Calls of an account that pays beforehand: reserved at their start, told of their end, cut to the second."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.errors import BalanceTooLow
from engine.flow.written import WrittenFlow
from engine.live.credit import NoticeOptions, NoticeTo
from engine.live.orders import NewCall
from engine.live.phrases import Phrase
from engine.live.recovery import recover
from engine.model.balance import Balance, BalanceEntryKind
from engine.model.call import Call, Direction, Status
from engine.model.call_options import STANDARD
from engine.model.rating import Rate, Rates
from engine.model.refusal import RefusalRule
from engine.testing.node import OUR_NUMBER, FakeNode

TO = "+3225550333"
OTHER = "+3225550444"
STAYS = "<Response><Pause length='600'/></Response>"
NOTICE = Phrase.BALANCE_LOW.texts["en"]
A_SECOND = 100
"""Units: 0.60 EUR a minute, by the second."""


def dials(number: str) -> str:
    return f"<Response><Dial answerOnBridge='false'>{number}</Dial><Pause length='600'/></Response>"


@pytest.fixture(autouse=True)
def rated(monkeypatch: pytest.MonkeyPatch, node: FakeNode) -> Rates:
    """All calls that go out cost a cent a second, and those that come in to OTHER do too."""
    out = Rate(Direction.OUTBOUND, "", "all", Decimal("0.60"), 1, 1)
    free = Rate(Direction.INBOUND, "", "all", Decimal(0), 1, 1)
    paid = Rate(Direction.INBOUND, "3225552", "ours", Decimal("0.60"), 1, 1)
    rates = Rates({(each.direction, each.prefix): each for each in (out, free, paid)})
    object.__setattr__(node.services.credit, "rates", rates)
    return rates


async def pays(node: FakeNode, units: int, key: str = "in") -> None:
    await node.services.stores.balances.top_up(node.account.id, units, key, node.services.clock.now())


async def balance(node: FakeNode) -> Balance:
    found = await node.services.stores.balances.of(node.account.id)
    assert found is not None
    return found


async def is_settled(node: FakeNode, *, spent: int, available: int) -> None:
    await node.settles()
    found = await balance(node)
    assert (found.spent, found.available, found.reserved) == (spent, available, 0)


async def test_a_call_keeps_money_while_it_rings_and_gives_it_back_when_nobody_answers(node: FakeNode) -> None:
    await pays(node, 10_000)
    called = await node.calls(TO, STAYS)
    called.rings()
    await node.passes(5)

    assert (await balance(node)).reserved == 60 * A_SECOND

    called.refuses(486)
    await is_settled(node, spent=0, available=10_000)


async def test_a_call_costs_what_it_lasted_and_the_rest_comes_back(node: FakeNode) -> None:
    await pays(node, 50_000)
    called = await node.calls(TO, STAYS)
    called.answers()
    await node.passes(90.5)

    assert (await balance(node)).reserved == 120 * A_SECOND

    called.hangs_up()
    await is_settled(node, spent=91 * A_SECOND, available=50_000 - 91 * A_SECOND)
    [entry, _], _ = await node.services.stores.balances.entries(node.account.id)
    assert (entry.kind, entry.key) == (BalanceEntryKind.CALL, (await node.call(called)).id)


async def test_a_call_is_cut_at_the_last_second_that_is_paid_for_and_says_why(node: FakeNode) -> None:
    await pays(node, 75 * A_SECOND)
    called = await node.calls(TO, STAYS)
    called.answers()
    await called.hears(NOTICE)

    assert node.services.clock.monotonic() == pytest.approx(60, abs=0.5)

    await called.is_hung_up()
    await is_settled(node, spent=75 * A_SECOND, available=0)
    call = await node.call(called)
    assert (call.status, call.duration) == (Status.COMPLETED, 75)
    assert call.attempts[-1].via == "balance"
    assert [each.facts for each in await node.events(called, "balance_used_up")] == [{"seconds": 75}]
    [entry, _], _ = await node.services.stores.balances.entries(node.account.id)
    assert entry.short == 0


async def test_a_call_that_cannot_pay_its_first_increment_is_not_placed(node: FakeNode) -> None:
    await pays(node, A_SECOND - 1)

    with pytest.raises(BalanceTooLow):
        await node.switchboard.place(NewCall(node.account.id, TO, OUR_NUMBER, flow=WrittenFlow.read(STAYS)))

    assert node.around.carrier.invites == []
    assert (await balance(node)).reserved == 0


async def test_a_top_up_during_the_notice_lets_the_call_go_on(node: FakeNode) -> None:
    await pays(node, 75 * A_SECOND)
    called = await node.calls(TO, STAYS)
    called.answers()
    await called.hears(NOTICE)

    await pays(node, 75 * A_SECOND, "more")
    await node.passes(40)
    assert not called.is_over

    await called.is_hung_up()
    await node.settles()
    assert (await node.call(called)).duration == 150


async def test_of_two_joined_calls_each_costs_and_the_account_s_party_hears_the_notice(node: FakeNode) -> None:
    await pays(node, 200 * A_SECOND)
    agent = await node.calls(TO, dials(OTHER))
    agent.answers()
    customer = await node.invited(OTHER)
    customer.answers()
    await agent.talks_with(customer)

    await agent.hears(NOTICE)
    assert NOTICE not in customer.heard

    await customer.is_hung_up()
    await agent.is_hung_up()
    await node.settles()
    assert (await balance(node)).spent == 200 * A_SECOND
    lengths = (await node.call(agent)).duration + (await node.call(customer)).duration
    assert lengths == 200


async def test_a_dial_that_cannot_be_paid_fails_with_its_reason_and_the_flow_goes_on(node: FakeNode) -> None:
    await pays(node, 60 * A_SECOND)
    caller = await node.calls(TO, f"<Response><Dial>{OTHER}</Dial><Say>Sorry.</Say></Response>")
    caller.answers()

    await caller.hears("Sorry.")

    [failed] = await node.events(caller, "dial_failed")
    assert "balance" in failed.facts["reason"]
    caller.hangs_up()
    await node.settles()


async def test_both_hear_the_notice_where_that_is_set(node: FakeNode) -> None:
    object.__setattr__(node.services.credit, "notice", NoticeOptions(10, NoticeTo.BOTH))
    await pays(node, 100 * A_SECOND)
    agent = await node.calls(TO, dials(OTHER))
    agent.answers()
    customer = await node.invited(OTHER)
    customer.answers()

    await agent.hears(NOTICE)
    await customer.hears(NOTICE)
    await agent.is_hung_up()
    await node.settles()


async def test_a_call_that_comes_in_to_a_number_that_costs_is_refused_without_a_balance(node: FakeNode) -> None:
    await pays(node, 0)

    caller = await node.is_called(STAYS)

    assert (await caller.is_hung_up()).sip_code == 403
    await node.services.refusals.write()
    [refused] = await node.services.stores.refusals.newest(5)
    assert refused.kind.rule is RefusalRule.BALANCE


async def test_an_account_that_pays_afterwards_is_never_asked_for_a_balance(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS)
    called.answers()
    await node.passes(300)

    assert await node.services.stores.balances.of(node.account.id) is None
    called.hangs_up()
    await node.settles()


async def test_a_database_that_fails_leaves_the_call_what_it_has_paid_for(node: FakeNode) -> None:
    await pays(node, 500 * A_SECOND)
    called = await node.calls(TO, STAYS)
    called.answers()
    await node.passes(20)

    with node.database_failing():
        await called.is_hung_up()
    await is_settled(node, spent=60 * A_SECOND, available=440 * A_SECOND)


@pytest.mark.parametrize("answered_s", [0, 20, 4000])
async def test_what_a_process_left_reserved_is_settled_by_the_next_and_never_beyond(
    node: FakeNode, answered_s: int
) -> None:
    await pays(node, 100 * A_SECOND)
    call = await left_call(node, answered_s)

    await recover(node.services)
    await recover(node.services)

    found = await balance(node)
    assert (found.reserved, found.spent) == (0, min(answered_s, 60) * A_SECOND)
    assert found.available + found.spent == 100 * A_SECOND
    stored = await node.services.ledger.calls.get(call)
    assert stored is not None
    assert stored.status is Status.FAILED


async def left_call(node: FakeNode, answered_s: int) -> str:
    """A call that a process left open so many seconds after its answer (0: before it), its reservation too."""
    now = node.services.clock.now()
    call = Call.begun(
        Direction.OUTBOUND, OUR_NUMBER, TO, STANDARD, account_id=node.account.id, at=now, node=node.services.node
    )
    if answered_s:
        call = replace(call, status=Status.IN_PROGRESS, answer_time=now - timedelta(seconds=answered_s))
    await node.services.ledger.calls.add(call, None, node.services.credit.reserving(call))
    return call.id
