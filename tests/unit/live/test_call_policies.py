"""Call policies: every way in which a call begins asks them, and what they refuse is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from engine.errors import PolicyRefused
from engine.live.orders import NewCall, Transfer, TransferMode
from engine.model.call import Status
from engine.model.call_policy import PolicyLevel, PolicyPlace
from engine.model.trunk import new_trunk
from engine.ports import Cause
from engine.store.call_filter import CallFilter
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.dials import AGENT, OTHER, dial, talking, told
from tests.unit.store.samples import a_call

PREMIUM = "+3290212345"
STAYS = "<Response><Pause length='600'/></Response>"
OPERATOR = "https://operator.example/calls"
NODE = PolicyPlace(PolicyLevel.NODE)


def account_of(node: FakeNode) -> PolicyPlace:
    return PolicyPlace(PolicyLevel.ACCOUNT, node.account.id)


async def policy(node: FakeNode, place: PolicyPlace, **fields: object) -> None:
    await node.services.stores.policies.set(place, fields)


def order(node: FakeNode, to: str, key_id: str | None = None) -> NewCall:
    return NewCall(node.account.id, to, OUR_NUMBER, key_id=key_id)


@pytest.fixture
async def with_trunk(node: FakeNode) -> FakeNode:
    trunk = {"name": "carrier", "hosts": ["1.2.3.4", "carrier.example"]}
    await node.services.stores.trunks.add(new_trunk(trunk))
    return node


def tells_operator(node: FakeNode) -> FakeNode:
    object.__setattr__(node.services, "ledger", replace(node.services.ledger, operator_url=OPERATOR))
    return node


async def dialled(node: FakeNode, inside: str) -> None:
    caller = await node.is_called(dial(inside))
    await caller.hears("Goodbye.")
    assert (await told(node))["DialCallStatus"] == "failed"
    await node.settles()
    refused = await node.events(caller, "policy_refused")
    assert {event.facts["rule"] for event in refused} == {"number-type"}
    assert any("of the type" in each.said for each in (await node.call(caller)).attempts)


async def placed(node: FakeNode) -> None:
    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(order(node, PREMIUM))
    assert (refused.value.rule, refused.value.again_after_s) == ("number-type", None)
    [call], _ = await node.services.ledger.calls.find(CallFilter(node.account.id))
    assert (call.to, call.status) == (PREMIUM, Status.FAILED)
    events = await node.services.ledger.calls.events(call.id)
    assert [event.facts["rule"] for event in events if event.kind == "policy_refused"] == ["number-type"]


async def transferred(node: FakeNode, mode: TransferMode) -> None:
    caller, agent = await talking(node)
    with pytest.raises(PolicyRefused):
        await node.change(caller, transfer=Transfer(PREMIUM, mode, 30))
    await caller.talks_with(agent)
    caller.hangs_up()
    await node.settles()
    assert [event.facts["rule"] for event in await node.events(caller, "policy_refused")] == ["number-type"]


async def referred(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Refer><Sip>sip:{PREMIUM}@1.2.3.4</Sip></Refer></Response>")
    await node.settles()
    assert caller.leg.referred_to is None
    assert [event.facts["rule"] for event in await node.events(caller, "policy_refused")] == ["number-type"]


WAYS: dict[str, Callable[[FakeNode], Awaitable[None]]] = {
    "REST": placed,
    "Dial, a number": lambda node: dialled(node, PREMIUM),
    "Dial, several": lambda node: dialled(node, f"<Number>{PREMIUM}</Number><Number>{PREMIUM}</Number>"),
    "Dial, a SIP address": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}@1.2.3.4</Sip>"),
    "Dial, by the trunk's name": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}@CARRIER.example.;user=phone</Sip>"),
    "Dial, escaped": lambda node: dialled(node, f"<Sip>sip:%2B{PREMIUM[1:]}@1.2.3.4:5070</Sip>"),
    "Dial, with 00": lambda node: dialled(node, f"<Sip>sips:00{PREMIUM[1:]}@1.2.3.4</Sip>"),
    "Dial, by another host": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}@pbx.example;maddr=1.2.3.4</Sip>"),
    "Dial, escaped twice": lambda node: dialled(node, f"<Sip>sip:%252B{PREMIUM[1:]}@1.2.3.4</Sip>"),
    "Dial, with a password": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}:secret@1.2.3.4</Sip>"),
    "Dial, with parameters": lambda node: dialled(
        node, f"<Sip>sip:{PREMIUM};phone-context=be@1.2.3.4;user=phone</Sip>"
    ),
    "Dial, with escaped parameters": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}%3Bext=1@1.2.3.4</Sip>"),
    "Dial, with separators": lambda node: dialled(node, "<Sip>sip:+32-902.12(345)@1.2.3.4</Sip>"),
    "Dial, behind a service code": lambda node: dialled(node, f"<Sip>sip:*31*{PREMIUM}@1.2.3.4</Sip>"),
    "Dial, with letters behind": lambda node: dialled(node, f"<Sip>sip:{PREMIUM}x@1.2.3.4</Sip>"),
    "Dial, as it is dialled at home": lambda node: dialled(node, "<Sip>sip:090212345@1.2.3.4;user=phone</Sip>"),
    "Dial, one of several addresses": lambda node: dialled(
        node, f"<Sip><Uri>sip:{PREMIUM}@1.2.3.4</Uri><Uri>sip:{PREMIUM}@1.2.3.4</Uri></Sip>"
    ),
    "blind transfer": lambda node: transferred(node, TransferMode.BLIND),
    "attended transfer": lambda node: transferred(node, TransferMode.ATTENDED),
    "Refer": referred,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_premium_number_is_reached_by_no_way_and_each_is_told(with_trunk: FakeNode, way: str) -> None:
    await WAYS[way](with_trunk)

    assert all(PREMIUM[1:] not in each.target for each in with_trunk.around.carrier.invites)


async def test_a_client_at_a_registrar_that_is_a_trunk_is_no_way_around(node: FakeNode) -> None:
    trunk = {"name": "carrier", "hosts": ["registrar.example"]}
    await node.services.stores.trunks.add(new_trunk(trunk))

    await dialled(node, f"<Client>{PREMIUM}</Client>")

    assert node.around.carrier.invites == []


async def test_a_number_at_somebody_elses_host_is_his(with_trunk: FakeNode) -> None:
    await with_trunk.is_called(dial(f"<Sip>sip:{PREMIUM}@pbx.example</Sip>"))

    await with_trunk.invited(f"sip:{PREMIUM}@pbx.example")


async def test_the_operator_is_told_through_the_outbox(node: FakeNode) -> None:
    tells_operator(node)

    with pytest.raises(PolicyRefused):
        await node.switchboard.place(order(node, PREMIUM, key_id="SK1"))

    [form] = await node.told(OPERATOR)
    assert (form["PolicyEvent"], form["PolicyRule"], form["PolicyNumber"]) == ("policy_refused", "number-type", PREMIUM)
    assert (form["AccountSid"], form["PolicyKeySid"]) == (node.account.id, "SK1")


async def test_calls_at_once_are_counted_from_their_order_to_their_end(node: FakeNode) -> None:
    await policy(node, account_of(node), calls_at_once=1)
    far_end = await node.calls(AGENT, STAYS)

    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(order(node, OTHER))
    assert (refused.value.rule, refused.value.again_after_s) == ("calls-at-once", 5)
    far_end.hangs_up()
    await node.settles()

    await node.calls(OTHER, STAYS)


async def test_calls_of_other_nodes_count_and_those_that_wait_for_their_turn_do_not(node: FakeNode) -> None:
    await policy(node, account_of(node), calls_at_once=1)
    await node.services.ledger.calls.add(a_call(node.account.id, node=""))
    elsewhere = a_call(node.account.id, node="node-2")
    await node.services.ledger.calls.add(elsewhere)

    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(order(node, AGENT))
    assert refused.value.rule == "calls-at-once"
    await node.services.ledger.calls.save(replace(elsewhere, status=Status.FAILED, end_time=node.services.clock.now()))

    await node.calls(AGENT, STAYS)


async def test_of_two_calls_that_are_asked_for_at_the_same_moment_one_takes_the_last_place(node: FakeNode) -> None:
    await policy(node, account_of(node), calls_at_once=1)

    placed = await asyncio.gather(
        *(node.switchboard.place(order(node, number)) for number in (AGENT, OTHER)), return_exceptions=True
    )

    [refused] = [each for each in placed if isinstance(each, PolicyRefused)]
    assert (refused.rule, refused.again_after_s) == ("calls-at-once", 5)
    assert len(node.around.carrier.invites) == 1
    found, _ = await node.services.ledger.calls.find(CallFilter(node.account.id, status=Status.FAILED))
    assert len(found) == 1, "the refused one is kept, as any"


async def test_calls_a_second_are_counted_over_one_second(node: FakeNode) -> None:
    await policy(node, NODE, calls_a_second=1)
    await node.switchboard.place(order(node, AGENT))
    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(order(node, OTHER))
    assert (refused.value.rule, refused.value.again_after_s) == ("calls-a-second", 1)

    await node.passes(1.0)

    await node.switchboard.place(order(node, OTHER))


async def test_a_keys_policy_holds_for_what_its_calls_dial(node: FakeNode) -> None:
    await policy(node, PolicyPlace(PolicyLevel.KEY, "SK1"), denied_prefixes=[OTHER])

    far_end = await node.calls(AGENT, dial(OTHER), key_id="SK1")
    far_end.answers()

    await far_end.hears("Goodbye.")
    assert [each.facts["level"] for each in await node.events(far_end, "policy_refused")] == ["key"]


async def test_a_call_ends_when_a_days_minutes_are_used_up_and_says_why(node: FakeNode) -> None:
    await policy(node, account_of(node), minutes_a_day=1)
    far_end = await node.calls(AGENT, STAYS)
    far_end.answers()

    await node.settles()

    call = await node.call(far_end)
    assert 60 <= call.duration <= 61
    assert [each.facts["rule"] for each in await node.events(far_end, "policy_cut")] == ["minutes-a-day"]
    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(order(node, OTHER))
    assert refused.value.rule == "minutes-a-day"


async def test_two_calls_share_the_minutes(node: FakeNode) -> None:
    await policy(node, account_of(node), minutes_a_day=2)
    for number in (AGENT, OTHER):
        (await node.calls(number, STAYS)).answers()

    await node.settles()

    found, _ = await node.services.ledger.calls.find(CallFilter(node.account.id))
    assert all(60 <= call.duration <= 62 for call in found)


async def test_a_call_ends_when_a_days_euros_are_used_up(node: FakeNode) -> None:
    await policy(node, account_of(node), euros_a_day="0.01")
    far_end = await node.calls(AGENT, STAYS)
    far_end.answers()

    await node.settles()

    assert [each.facts["rule"] for each in await node.events(far_end, "policy_cut")] == ["euros-a-day"]


async def test_a_call_lasts_no_longer_than_a_policy_says(node: FakeNode) -> None:
    await policy(node, account_of(node), longest_call=30)
    far_end = await node.calls(AGENT, STAYS)
    far_end.answers()

    await node.settles()

    assert (await node.call(far_end)).duration == 30
    assert [each.facts["rule"] for each in await node.events(far_end, "policy_cut")] == ["longest-call"]
    assert "30 seconds at most" in (await node.call(far_end)).attempts[-1].said


async def test_no_more_calls_come_in_than_an_account_may_have(node: FakeNode) -> None:
    await policy(node, account_of(node), inbound_calls_at_once=1)
    first = await node.is_called(STAYS)
    await node.call(first)

    second = await node.is_called(STAYS)
    await node.passes(1.0)

    assert second.leg.refused_with is Cause.BUSY
    first.hangs_up()
    await node.settles()


async def test_an_alarm_is_told_of_a_country_that_was_never_reached(node: FakeNode) -> None:
    await policy(node, account_of(node), new_destination="alarm")
    first = await node.calls("+31205550142", STAYS)
    assert len(await node.events(first, "policy_alarm")) == 1
    first.answers()
    await node.passes(5)
    first.hangs_up()
    await node.settles()

    second = await node.calls("+31201234567", STAYS)

    assert await node.events(second, "policy_alarm") == []


async def test_an_emergency_call_passes_all_policies(node: FakeNode) -> None:
    await node.services.stores.trunks.add(new_trunk({"name": "rescue", "hosts": ["1.2.3.4"], "emergency": True}))
    await policy(node, NODE, calls_at_once=0, countries=[], calls_a_second=0)

    await node.switchboard.place(order(node, "112"))

    await node.invited("112")
