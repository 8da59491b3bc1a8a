"""Whichever limit of a policy is hit: REST, Dial, the call's events, a metric and the operator are told the rule."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from engine.errors import PolicyRefused
from engine.live.orders import NewCall
from engine.metrics.table import Metric
from engine.model.call import Direction, Status
from engine.model.call_policy import PolicyLevel, PolicyPlace, PolicyRule
from engine.ports import Cause
from engine.store.call_filter import CallFilter
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.dials import AGENT, OTHER, dial, told
from tests.unit.store.samples import a_call

STAYS = "<Response><Pause length='600'/></Response>"
OPERATOR = "https://operator.example/calls"
NOBODY_S: Final = None
"""The same call does not pass later by itself."""
MIDNIGHT_S: Final = 86_400
MONTHS_END_S: Final = 31 * MIDNIGHT_S
"""The node's clock begins with a month."""

LIMITS: Mapping[PolicyRule, tuple[dict[str, Any], int | None]] = {
    PolicyRule.COUNTRY: ({"countries": ["nl"]}, NOBODY_S),
    PolicyRule.NUMBER_TYPE: ({"refused_types": ["fixed"]}, NOBODY_S),
    PolicyRule.PREFIX: ({"denied_prefixes": ["+3225"]}, NOBODY_S),
    PolicyRule.HOURS: ({"hours": ["mon 03:00-04:00 Europe/Brussels"]}, NOBODY_S),
    PolicyRule.NEW_DESTINATION: ({"new_destination": "refuse"}, NOBODY_S),
    PolicyRule.CALLS_A_SECOND: ({"calls_a_second": 0}, 1),
    PolicyRule.CALLS_AT_ONCE: ({"calls_at_once": 0}, 5),
    PolicyRule.MINUTES_A_DAY: ({"minutes_a_day": 0}, MIDNIGHT_S),
    PolicyRule.MINUTES_A_MONTH: ({"minutes_a_month": 0}, MONTHS_END_S),
    PolicyRule.EUROS_A_DAY: ({"euros_a_day": "0"}, MIDNIGHT_S),
    PolicyRule.EUROS_A_MONTH: ({"euros_a_month": "0"}, MONTHS_END_S),
    PolicyRule.SHORT_CALLS: ({"short_calls_percent": 10}, 600),
}
"""A policy that leaves nothing of each, and after how many seconds the same call may pass."""
OTHERWISE: Final = {PolicyRule.INBOUND_AT_ONCE, PolicyRule.LONGEST_CALL}
"""They refuse no call that goes out."""


@pytest.fixture
def node(node: FakeNode) -> FakeNode:
    """A node that tells its operator."""
    object.__setattr__(node.services, "ledger", replace(node.services.ledger, operator_url=OPERATOR))
    return node


async def limited(node: FakeNode, **fields: object) -> None:
    await node.services.stores.policies.set(PolicyPlace(PolicyLevel.ACCOUNT, node.account.id), fields)


async def has_rung_briefly(node: FakeNode) -> None:
    """Twenty calls of the last hour, all of them of a second, as dialling machines make them."""
    now = node.services.clock.now()
    for _ in range(20):
        ended = {"answer_time": now, "end_time": now + timedelta(seconds=1), "status": Status.COMPLETED}
        await node.services.ledger.calls.add(a_call(node.account.id, start_time=now, **ended))


def masked(said: str) -> str:
    """As events have it, which keep no whole number."""
    return said.replace(AGENT, "+3225•••••11")


def counted(node: FakeNode, metric: Metric) -> list[str]:
    """The lines of a metric that are not zero."""
    lines = node.services.ledger.meters.text({}).splitlines()
    return [each for each in lines if each.startswith(metric.value.name) and not each.endswith(" 0")]


def test_every_rule_is_looked_at_here() -> None:
    assert LIMITS.keys() | OTHERWISE == set(PolicyRule)


@pytest.mark.parametrize("rule", LIMITS)
async def test_a_call_by_rest_is_refused_with_the_rule_and_everybody_is_told(node: FakeNode, rule: PolicyRule) -> None:
    fields, again_after_s = LIMITS[rule]
    await has_rung_briefly(node)
    await limited(node, **fields)

    with pytest.raises(PolicyRefused) as refused:
        await node.switchboard.place(NewCall(node.account.id, AGENT, OUR_NUMBER))

    assert refused.value.uri == f"urn:telefoon:rule:{rule.value}"
    assert refused.value.again_after_s == again_after_s
    [kept], _ = await node.services.ledger.calls.find(CallFilter(node.account.id, status=Status.FAILED))
    [event] = [each for each in await node.services.ledger.calls.events(kept.id) if each.kind == "policy_refused"]
    assert (event.facts["rule"], event.facts["level"]) == (rule.value, "account")
    assert kept.attempts[-1].said == str(refused.value)
    assert masked(str(refused.value)) == event.facts["reason"]
    [form] = await node.told(OPERATOR)
    assert (form["PolicyEvent"], form["PolicyRule"], form["PolicyLevel"]) == ("policy_refused", rule.value, "account")
    assert (form["PolicyNumber"], form["CallSid"]) == (AGENT, kept.id)
    assert counted(node, Metric.CALLS_REFUSED_BY_POLICY) == [
        f'telefoon_calls_refused_by_policy_total{{direction="outbound",rule="{rule.value}"}} 1'
    ]
    assert node.around.carrier.invites == []


@pytest.mark.parametrize("rule", LIMITS)
async def test_a_flow_that_dials_is_told_failed_and_the_reason_is_on_its_call(node: FakeNode, rule: PolicyRule) -> None:
    fields, _ = LIMITS[rule]
    await has_rung_briefly(node)
    await limited(node, **fields)

    caller = await node.is_called(dial())
    await caller.hears("Goodbye.")
    await node.settles()

    assert (await told(node))["DialCallStatus"] == "failed"
    [event] = await node.events(caller, "policy_refused")
    assert event.facts["rule"] == rule.value
    assert event.facts["reason"] in [masked(each.said) for each in (await node.call(caller)).attempts]
    [form] = await node.told(OPERATOR)
    assert (form["PolicyRule"], form["CallSid"]) == (rule.value, (await node.call(caller)).id)
    assert len(counted(node, Metric.CALLS_REFUSED_BY_POLICY)) == 1
    assert node.around.carrier.invites == []


@pytest.mark.parametrize(("level", "cause"), [(PolicyLevel.ACCOUNT, Cause.BUSY), (PolicyLevel.NODE, Cause.UNAVAILABLE)])
async def test_a_call_that_comes_in_is_refused_with_when_to_call_again_and_kept(
    node: FakeNode, level: PolicyLevel, cause: Cause
) -> None:
    subject = node.account.id if level is PolicyLevel.ACCOUNT else ""
    await node.services.stores.policies.set(PolicyPlace(level, subject), {"inbound_calls_at_once": 0})

    caller = await node.is_called(STAYS)
    await node.passes(1)

    assert (caller.leg.refused_with, caller.leg.again_after_s) == (cause, 5)
    [kept], _ = await node.services.ledger.calls.find(CallFilter(node.account.id, direction=Direction.INBOUND))
    [event] = [each for each in await node.services.ledger.calls.events(kept.id) if each.kind == "policy_refused"]
    assert (kept.status, event.facts["rule"]) == (Status.FAILED, "inbound-calls-at-once")
    [form] = await node.told(OPERATOR)
    assert (form["PolicyRule"], form["PolicyLevel"]) == ("inbound-calls-at-once", level.value)
    assert counted(node, Metric.CALLS_REFUSED_BY_POLICY) == [
        'telefoon_calls_refused_by_policy_total{direction="inbound",rule="inbound-calls-at-once"} 1'
    ]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"longest_call": 30}, PolicyRule.LONGEST_CALL),
        ({"minutes_a_day": 1}, PolicyRule.MINUTES_A_DAY),
        ({"minutes_a_month": 1}, PolicyRule.MINUTES_A_MONTH),
        ({"euros_a_day": "0.01"}, PolicyRule.EUROS_A_DAY),
        ({"euros_a_month": "0.01"}, PolicyRule.EUROS_A_MONTH),
    ],
)
async def test_a_call_that_uses_up_what_there_is_is_ended_and_everybody_is_told(
    node: FakeNode, fields: dict[str, object], rule: PolicyRule
) -> None:
    await limited(node, **fields)
    far_end = await node.calls(OTHER, STAYS)
    far_end.answers()

    await node.settles()

    [event] = await node.events(far_end, "policy_cut")
    assert event.facts["rule"] == rule.value
    assert (await node.call(far_end)).attempts[-1].said == event.facts["reason"]
    [form] = await node.told(OPERATOR)
    assert (form["PolicyEvent"], form["PolicyRule"]) == ("policy_cut", rule.value)
    assert counted(node, Metric.CALLS_ENDED_BY_POLICY) == [
        f'telefoon_calls_ended_by_policy_total{{rule="{rule.value}"}} 1'
    ]
