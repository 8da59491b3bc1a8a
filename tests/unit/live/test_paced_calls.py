"""Calls of accounts that have a pace: they wait, begin in their turn, survive a restart, and can be cancelled."""

from typing import Any

import pytest

from engine.errors import BalanceTooLow, PolicyRefused, QueueFull, WrongState
from engine.flow.next_step import HttpMethod
from engine.flow.written import WrittenFlow
from engine.live.orders import CallChange, NewCall
from engine.live.recovery import recover
from engine.live.switchboard import Switchboard
from engine.model.call import Call, Status
from engine.model.call_options import CallOptions
from engine.routing.pacing import Pace
from engine.store.call_filter import CallFilter
from engine.testing.node import OUR_NUMBER, FakeNode

STAYS = "<Response><Pause length='600'/></Response>"
TOLD = "https://customer.example/status"


def number(at: int) -> str:
    return f"+322555{at:04}"


async def paced(node: FakeNode, pace: Pace, account: str = "demo") -> str:
    owner = await node.accounts.ensure(account)
    await node.services.stores.paces.set(owner.id, pace)
    return owner.id


async def place(node: FakeNode, account_id: str, at: int, **more: Any) -> Call:
    flow = WrittenFlow.read(STAYS)
    return await node.switchboard.place(NewCall(account_id, number(at), OUR_NUMBER, flow=flow, **more))


def dialled(node: FakeNode) -> list[str]:
    return [each.target for each in node.around.carrier.invites]


async def stored(node: FakeNode, call: Call) -> Call:
    found = await node.services.ledger.calls.get(call.id)
    assert found is not None
    return found


async def test_a_call_to_where_none_may_go_is_refused_at_once_and_not_when_its_turn_comes(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))

    with pytest.raises(PolicyRefused):
        await node.switchboard.place(NewCall(account, "+32903123456", OUR_NUMBER, flow=WrittenFlow.read(STAYS)))
    await node.passes(2)

    calls, _ = await node.services.ledger.calls.find(CallFilter(account), 1, 10)
    assert [call.status for call in calls] == [Status.FAILED]
    assert dialled(node) == []


async def test_calls_begin_in_order_evenly_spaced_and_tell_their_place_meanwhile(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=2))
    calls = [await place(node, account, at) for at in range(4)]
    places = [await node.switchboard.place_in_line(call) for call in calls]
    assert {call.status for call in calls} == {Status.QUEUED}
    assert places[-1] in (3, 4)

    await node.passes(0.1)
    assert dialled(node) == [number(0)]
    assert [await node.switchboard.place_in_line(call) for call in calls] == [None, 1, 2, 3]

    await node.passes(0.5)
    assert dialled(node) == [number(0), number(1)]

    await node.passes(1.0)
    assert dialled(node) == [number(at) for at in range(4)]


async def test_no_more_go_on_at_once_than_may_and_the_end_of_one_lets_the_next_begin(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_at_once=1))
    await place(node, account, 0)
    await place(node, account, 1)
    first = await node.invited(number(0))
    first.answers()
    await node.passes(30)
    assert dialled(node) == [number(0)]

    first.hangs_up()

    await node.invited(number(1))


async def test_a_call_that_may_not_wait_begins_at_once_as_a_participant_of_a_conference(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=0.1))
    await place(node, account, 0)
    await node.passes(0.1)

    await place(node, account, 1, may_wait=False)

    await node.invited(number(1))


async def test_accounts_have_their_turns_one_after_the_other(node: FakeNode) -> None:
    one = await paced(node, Pace())
    other = await paced(node, Pace(), "other")
    node.around.carrier.is_full = True
    for at in (0, 1, 2):
        await place(node, one, at)
    await place(node, other, 3)

    assert dialled(node) == []
    node.around.carrier.is_full = False
    await node.passes(3)

    assert dialled(node).index(number(3)) < dialled(node).index(number(2))


async def test_one_call_more_than_may_wait_is_refused_and_nothing_of_it_is_stored(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=0.1, most_queued=2))
    await place(node, account, 0)
    await node.passes(0.1)
    await place(node, account, 1)
    await place(node, account, 2)

    with pytest.raises(QueueFull) as refused:
        await place(node, account, 3)

    assert refused.value.again_after_s == 10
    assert len((await node.services.ledger.calls.find(CallFilter(account), 1, 10))[0]) == 3


async def test_a_call_that_waits_is_cancelled_is_never_dialled_and_tells_its_end_once(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    await place(node, account, 0)
    await node.passes(0.1)
    call = await place(node, account, 1, options=CallOptions(status_callback=TOLD))

    await node.switchboard.end(account, call.id)
    await node.switchboard.end(account, call.id)
    await node.passes(5)

    assert dialled(node) == [number(0)]
    assert (await stored(node, call)).status is Status.CANCELED
    assert [form["CallStatus"] for form in await node.told(TOLD)] == ["queued", "canceled"]
    assert await node.services.stores.queued_calls.on(node.services.node) == []


@pytest.mark.parametrize("end", [Status.CANCELED, Status.COMPLETED])
async def test_a_call_that_waits_is_ended_by_a_change_too(node: FakeNode, end: Status) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    await place(node, account, 0)
    await node.passes(0.1)
    call = await place(node, account, 1)

    changed = await node.switchboard.change(account, call.id, CallChange(end=end))
    await node.passes(5)

    assert (changed.id, changed.status) == (call.id, Status.CANCELED)
    assert dialled(node) == [number(0)]
    with pytest.raises(WrongState):
        await node.switchboard.change(account, call.id, CallChange(end=end))


async def test_a_call_waits_while_the_node_refuses_others(node: FakeNode) -> None:
    account = await paced(node, Pace())
    set_ups = [node.services.admission.begin() for _ in range(40)]
    call = await place(node, account, 0)
    await node.passes(3)
    assert dialled(node) == []
    assert await node.switchboard.place_in_line(call) == 1

    for each in set_ups:
        each.done()

    await node.invited(number(0))


async def test_a_node_that_drains_begins_none_of_the_calls_that_wait_and_leaves_them_to_others(node: FakeNode) -> None:
    account = await paced(node, Pace())
    node.services.admission.stop()
    call = await place(node, account, 0)
    await node.passes(10)
    assert dialled(node) == []
    assert await node.switchboard.place_in_line(call) == 1

    node.services.admission.go_on()

    await node.invited(number(0))


async def test_a_call_that_cannot_be_paid_is_refused_at_once_and_nothing_of_it_is_stored(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    await node.services.stores.balances.set_prepaid(account, True)

    with pytest.raises(BalanceTooLow):
        await place(node, account, 0)

    assert await node.services.ledger.calls.find(CallFilter(account), 1, 10) == ([], 0)


async def test_a_call_that_cannot_be_paid_any_more_when_its_turn_comes_fails_and_says_why(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    balances = node.services.stores.balances
    await balances.top_up(account, 1000, "in", node.services.clock.now())
    first, second = [await place(node, account, at) for at in (0, 1)]
    await balances.top_up(account, -1000, "out", node.services.clock.now())

    await node.passes(3)

    assert dialled(node) == []
    for each in (first, second):
        failed = await stored(node, each)
        assert failed.status is Status.FAILED
        assert "balance" in failed.attempts[0].said


async def test_calls_that_wait_outlive_a_restart_in_their_order(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    predecessor, successor = Switchboard(node.services), Switchboard(node.services)
    flow = WrittenFlow.read(STAYS)
    async with predecessor.open():
        begun, *waiting = [
            await predecessor.place(NewCall(account, number(at), OUR_NUMBER, flow=flow)) for at in range(3)
        ]
        await node.passes(0.1)

    await recover(node.services)
    assert (await stored(node, begun)).ended
    assert {(await stored(node, each)).status for each in waiting} == {Status.QUEUED}

    async with successor.open():
        await node.passes(0.1)
        assert dialled(node)[1:] == [], "a restart makes no pace faster"
        await node.passes(1)
        assert dialled(node)[1:] == [number(1)]
        await node.passes(1)
        assert dialled(node)[1:] == [number(1), number(2)]


async def test_another_pace_holds_for_those_that_wait_already(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_at_once=1))
    for at in (0, 1):
        await place(node, account, at)
    await node.passes(1)
    assert len(dialled(node)) == 1

    await paced(node, Pace(calls_at_once=2))
    await node.passes(3)

    assert len(dialled(node)) == 2


async def test_what_goes_with_a_sip_address_waits_with_its_call_and_outlives_a_restart(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    predecessor, successor = Switchboard(node.services), Switchboard(node.services)
    with_sip = CallOptions(sip_username="u", sip_headers=(("X-Order", "7"),))
    async with predecessor.open():
        await predecessor.place(NewCall(account, number(0), OUR_NUMBER))
        await predecessor.place(
            NewCall(account, "sip:desk@93.184.216.34", OUR_NUMBER, sip_password="p", options=with_sip)
        )
        await predecessor.place(NewCall(account, "client:anna", OUR_NUMBER))
        await node.passes(0.1)

    async with successor.open():
        await node.passes(3)

    _, desk, anna = node.around.carrier.invites
    assert (desk.target, desk.user, desk.password) == ("sip:desk@93.184.216.34", "u", "p")
    assert desk.headers == (("X-Order", "7"),)
    assert (anna.target, anna.user) == ("sip:anna@registrar.example", "")


async def test_a_call_that_has_waited_through_a_restart_begins_as_it_was_ordered(node: FakeNode) -> None:
    account = await paced(node, Pace(calls_per_s=1))
    predecessor, successor = Switchboard(node.services), Switchboard(node.services)
    flow, spare = "https://customer.example/flow", "https://customer.example/spare"
    node.around.customer.documents[spare] = STAYS
    order = NewCall(
        account, number(7), OUR_NUMBER, url=flow, method=HttpMethod.GET, fallback_url=spare,
        fallback_method=HttpMethod.GET, options=CallOptions(caller_name="Zoë", send_digits="12", time_limit_s=20),
    )  # fmt: skip
    async with predecessor.open():
        await predecessor.place(NewCall(account, number(0), OUR_NUMBER))
        waiting = await predecessor.place(order)
    await recover(node.services)

    async with successor.open():
        called = await node.invited(number(7))
        called.answers()
        await called.is_hung_up()

    assert node.around.carrier.invites[-1].display_name == "Zoë"
    assert called.leg.pressed == "12"
    assert [(each.url, each.method) for each in node.around.customer.asked] == [(flow, "GET"), (spare, "GET")]
    assert (await stored(node, waiting)).duration == 20
