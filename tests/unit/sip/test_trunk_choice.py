"""Which trunk a call goes out by, and which of its hosts: by priority, then by weight."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import SipError
from engine.model.call_policy import Destinations
from engine.model.call_policy.policy import in_force
from engine.model.route import TrunkRoute
from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from sip.trunks.choice import Held, Way, follows, refused_redirect, ways_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CALLED = DialRequest("+3225550199", "+3225550100", "CA1")


def a_trunk(name: str, *hosts: str, **fields: Any) -> Trunk:
    return new_trunk({"name": name, "hosts": list(hosts) or [f"{name}.example"], **fields})


def ways_to(
    request: DialRequest, trunks: Sequence[Trunk], held: Held | None = None, routes: Sequence[TrunkRoute] = ()
) -> Sequence[Way]:
    return ways_of(request, trunks, routes, held or {}, NOW, lambda: 0.5)


def test_a_number_goes_by_the_lowest_priority_that_is_enabled() -> None:
    trunks = [a_trunk("spare", priority=5), a_trunk("off", enabled=False), a_trunk("first", priority=1)]

    way = ways_to(CALLED, trunks)[0]

    assert (way.uri, way.trunk) == ("sip:+3225550199@first.example", trunks[2])


def test_of_one_priority_the_trunk_that_costs_least_is_first() -> None:
    trunks, costs = [a_trunk("a"), a_trunk("b")], {"a": {"+32": Decimal("0.02")}, "b": {"+3": Decimal("0.01")}}

    ways = ways_of(CALLED, trunks, (), {}, NOW, lambda: 0.5, costs=costs)

    assert [way.trunk.name for way in ways if way.trunk] == ["b", "a"]


def test_the_host_of_the_lowest_priority_is_called() -> None:
    trunk = a_trunk("a", "spare.example;priority=2", "[2001:db8::1]:5070;priority=1", transport="tcp")

    assert ways_to(CALLED, [trunk])[0].uri == "sip:+3225550199@[2001:db8::1]:5070;transport=tcp"


def test_a_sip_address_needs_no_trunk() -> None:
    way = ways_to(DialRequest("sip:desk@10.0.0.1", "+3225550100", "CA1"), [a_trunk("a")])[0]

    assert (way.uri, way.trunk) == ("sip:desk@10.0.0.1", None)


@pytest.mark.parametrize("trunks", [[], [a_trunk("off", enabled=False)]])
def test_a_number_without_a_trunk_is_told(trunks: list[Trunk]) -> None:
    with pytest.raises(SipError, match="telefoon trunks add"):
        ways_to(CALLED, trunks)[0]


def test_all_hosts_of_all_trunks_follow_in_their_order() -> None:
    trunks = [a_trunk("b", priority=2), a_trunk("a", "a2.example;priority=2", "a1.example;priority=1", priority=1)]

    ways = ways_to(CALLED, trunks)

    assert [(way.trunk.name if way.trunk else "", way.host) for way in ways] == [
        ("a", "a1.example"), ("a", "a2.example"), ("b", "b.example"),
    ]  # fmt: skip


def test_a_host_that_wants_a_pause_is_left_out_while_there_is_another() -> None:
    trunks = [a_trunk("a"), a_trunk("b", priority=1)]
    held = {("a", "a.example"): NOW + timedelta(seconds=5)}

    assert [way.host for way in ways_to(CALLED, trunks, held)] == ["b.example"]
    assert [way.host for way in ways_to(CALLED, trunks[:1], held)] == ["a.example"]


@pytest.mark.parametrize(
    ("redirects", "uri", "followed"),
    [
        (True, "sip:1@B.example:5070", True),
        (True, "sip:1@c.example", False),
        (False, "sip:1@b.example", False),
    ],
)
def test_a_redirection_is_followed_within_the_trunk(redirects: bool, uri: str, followed: bool) -> None:
    assert follows(a_trunk("a", "a.example", "b.example", redirects=redirects), uri) is followed


def test_a_route_of_the_calls_own_account_leads_to_its_trunk() -> None:
    trunks = [a_trunk("a"), a_trunk("b")]
    routes = [TrunkRoute("RT1", "a"), TrunkRoute("RT2", "b", "+32", account_id="AC2")]
    another = replace(CALLED, account_id="AC2")

    assert [way.host for way in ways_to(CALLED, trunks, routes=routes)] == ["a.example"]
    assert [way.host for way in ways_to(another, trunks, routes=routes)] == ["b.example", "a.example"]


def test_a_number_that_no_route_fits_is_told_and_goes_by_no_trunk() -> None:
    with pytest.raises(SipError, match="telefoon routes test"):
        ways_to(CALLED, [a_trunk("a")], routes=[TrunkRoute("RT1", "a", "+49")])


def test_routes_to_trunks_that_cant_be_used_are_told_with_the_reason() -> None:
    trunks, routes = [a_trunk("a"), a_trunk("off", enabled=False)], [TrunkRoute("RT1", "off"), TrunkRoute("RT2", "no")]

    with pytest.raises(SipError, match="off: the trunk is disabled; no: there is no such trunk"):
        ways_to(CALLED, trunks, routes=routes)


def test_an_emergency_call_goes_by_marked_trunks_alone_past_routes_and_pauses() -> None:
    trunks = [a_trunk("a"), a_trunk("held", emergency=True), a_trunk("well", emergency=True, priority=5)]
    held = {("held", "held.example"): NOW + timedelta(hours=1)}
    call = DialRequest("112", "+3225550100", "CA1", emergency=True)

    ways = ways_to(call, trunks, held, [TrunkRoute("RT1", "a")])

    assert [way.uri for way in ways] == ["sip:112@well.example", "sip:112@held.example"]


def test_an_emergency_call_without_a_marked_trunk_goes_nowhere() -> None:
    call = DialRequest("112", "+3225550100", "CA1", emergency=True)

    with pytest.raises(SipError, match="emergency=true"):
        ways_to(call, [a_trunk("a")])


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        ("sip:+3290212345@a.example", "number-type"),
        ("sip:%2B3290212345@a.example;user=phone", "number-type"),
        ("sip:003290212345@a.example", "number-type"),
        ("sip:*31*+3290212345@a.example", "number-type"),
        ("sip:+3290212345x@a.example", "number-type"),
        ("sip:%252B3290212345@a.example", "number-type"),
        ("sip:+32470123456@a.example", None),
        ("sip:desk@a.example", None),
    ],
)
def test_a_call_is_sent_on_to_no_number_that_a_policy_refuses(uri: str, rule: str | None) -> None:
    refused = refused_redirect(a_trunk("a", "a.example"), uri, Destinations(in_force(())))

    assert (refused.rule if refused else None) == rule
