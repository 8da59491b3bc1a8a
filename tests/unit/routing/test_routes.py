"""The choice of a trunk: the longest prefix, then priority, then cost, then weight; and what is told of it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.route import TimeOfWeek, TrunkRoute
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk
from engine.routing.routes import NotTried, RouteChoice, RoutedCall, choose

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CALL = RoutedCall("+3225550199", "+493023125001", "AC1", NOON)


def trunk(name: str, *hosts: str) -> RoutableTrunk:
    return RoutableTrunk(name, tuple(RoutableHost(host) for host in hosts or (f"{name}.example",)))


def chosen(*routes: TrunkRoute, call: RoutedCall = CALL, trunks: tuple[RoutableTrunk, ...] | None = None) -> list[str]:
    return names(choose(call, trunks or (trunk("a"), trunk("b"), trunk("c")), routes, lambda: 0.5))


def names(choice: RouteChoice) -> list[str]:
    return [candidate.trunk for candidate in choice.candidates]


def test_without_routes_every_trunk_carries_everything_by_its_priority() -> None:
    trunks = (replace(trunk("a"), priority=2), replace(trunk("b"), priority=0), replace(trunk("c"), priority=1))

    assert chosen(trunks=trunks) == ["b", "c", "a"]


def test_a_call_that_no_route_fits_goes_nowhere() -> None:
    assert chosen(TrunkRoute("R1", "a", called_prefix="+49")) == []


def test_the_longest_prefix_is_first_and_shorter_ones_follow() -> None:
    everything = TrunkRoute("R1", "a", priority=-5)
    belgium = TrunkRoute("R2", "b", called_prefix="+32", priority=9)
    brussels = TrunkRoute("R3", "c", called_prefix="+322", priority=9)

    assert chosen(everything, belgium, brussels) == ["c", "b", "a"]


def test_of_one_prefix_the_lowest_priority_is_first() -> None:
    assert chosen(TrunkRoute("R1", "a", "+32", priority=2), TrunkRoute("R2", "b", "+32", priority=1)) == ["b", "a"]


def test_of_one_priority_the_cheapest_is_first_and_what_has_no_price_last() -> None:
    trunks = (
        trunk("a"),
        replace(trunk("b"), prices={"+32": Decimal("0.02"), "+322": Decimal("0.009")}),
        replace(trunk("c"), prices={"+3": Decimal("0.01"), "+49": Decimal(0)}),
    )

    assert chosen(*(TrunkRoute(each.name, each.name) for each in trunks), trunks=trunks) == ["b", "c", "a"]


def test_a_routes_own_cost_counts_instead_of_the_trunks_price() -> None:
    trunks = (replace(trunk("a"), prices={"+": Decimal("0.01")}), replace(trunk("b"), prices={"+": Decimal("0.05")}))
    routes = (TrunkRoute("R1", "a"), TrunkRoute("R2", "b", cost=Decimal("0.001")))

    assert chosen(*routes, trunks=trunks) == ["b", "a"]


@pytest.mark.parametrize(
    "other",
    [
        TrunkRoute("R1", "a", account_id="AC2"),
        TrunkRoute("R1", "a", caller_prefix="+32"),
        TrunkRoute("R1", "a", times=TimeOfWeek("Europe/Brussels", start=time(20), end=time(6))),
    ],
    ids=["account", "calling number", "time"],
)
def test_a_route_for_other_calls_is_not_taken(other: TrunkRoute) -> None:
    assert chosen(other, TrunkRoute("R2", "b", priority=9)) == ["b"]


@pytest.mark.parametrize(
    "fitting",
    [
        TrunkRoute("R1", "a", account_id="AC1"),
        TrunkRoute("R1", "a", caller_prefix="+4930"),
        TrunkRoute("R1", "a", times=TimeOfWeek("Europe/Brussels", start=time(9), end=time(17))),
    ],
    ids=["account", "calling number", "time"],
)
def test_a_route_for_such_calls_is_taken(fitting: TrunkRoute) -> None:
    assert chosen(fitting) == ["a"]


def test_equal_routes_share_calls_by_weight() -> None:
    routes = (TrunkRoute("R1", "a", weight=3), TrunkRoute("R2", "b", weight=1), TrunkRoute("R3", "c", weight=0))
    chance = Random(17)

    first = Counter(
        names(choose(CALL, (trunk("a"), trunk("b"), trunk("c")), routes, chance.random))[0] for _ in range(4000)
    )

    assert first["a"] == pytest.approx(3000, rel=0.05)
    assert first["b"] == pytest.approx(1000, rel=0.1)
    assert first["c"] == 0


def test_a_trunks_hosts_are_tried_by_their_priority_before_the_next_trunk() -> None:
    two_hosts = RoutableTrunk(
        "a", (RoutableHost("second.example", priority=20), RoutableHost("first.example", priority=10))
    )
    routes = (TrunkRoute("R1", "a"), TrunkRoute("R2", "b", priority=1))

    choice = choose(CALL, (two_hosts, trunk("b")), routes, lambda: 0.5)

    assert [each.host for each in choice.candidates] == ["first.example", "second.example", "b.example"]


def test_a_host_is_tried_once_for_the_first_route_that_leads_to_it() -> None:
    routes = (TrunkRoute("R1", "a"), TrunkRoute("R2", "a", called_prefix="+32"))

    choice = choose(CALL, (trunk("a"),), routes, lambda: 0.5)

    assert [(each.host, each.route) for each in choice.candidates] == [("a.example", routes[1])]


def test_what_can_not_be_used_is_passed_over_with_the_reason() -> None:
    trunks = (
        replace(trunk("off"), enabled=False),
        replace(trunk("full"), full=True),
        RoutableTrunk(
            "held", (RoutableHost("h1", held_until=NOON + timedelta(seconds=1)), RoutableHost("h2", held_until=NOON))
        ),
    )
    routes = [TrunkRoute(f"R{n}", name, priority=n) for n, name in enumerate(["off", "full", "held", "gone"])]

    choice = choose(CALL, trunks, routes, lambda: 0.5)

    assert [(each.trunk, each.host) for each in choice.candidates] == [("held", "h2")]
    assert [(each.trunk, each.host, each.reason) for each in choice.passed_over] == [
        ("off", None, NotTried.DISABLED),
        ("full", None, NotTried.FULL),
        ("held", "h1", NotTried.HELD),
        ("gone", None, NotTried.UNKNOWN),
    ]


def test_each_candidate_tells_which_price_its_cost_is() -> None:
    priced = replace(trunk("a"), prices={"+32": Decimal("0.02"), "+322": Decimal("0.009"), "": Decimal(1)})
    other = RoutedCall("112", "+3225550100", "AC1", NOON)

    by_prefix = choose(CALL, (priced,), (TrunkRoute("R1", "a"),), lambda: 0.5).candidates[0]
    by_route = choose(CALL, (priced,), (TrunkRoute("R1", "a", cost=Decimal(3)),), lambda: 0.5).candidates[0]
    by_rest = choose(other, (priced,), (), lambda: 0.5).candidates[0]

    assert by_prefix.why.endswith("cost 0.009 by the trunk's price for +322")
    assert by_route.why.endswith("priority 0, cost 3")
    assert by_rest.why.endswith("cost 1 by the trunk's price for every number")


def test_each_candidate_tells_the_rule_that_chose_it() -> None:
    route = TrunkRoute("R1", "a", called_prefix="+32", priority=4, cost=Decimal("0.012"))

    by_route = choose(CALL, (trunk("a"),), (route,), lambda: 0.5).candidates[0]
    without = choose(CALL, (trunk("a"),), (), lambda: 0.5).candidates[0]

    assert by_route.why == "route R1: +32 to a, priority 4, cost 0.012"
    assert without.why == "no routes: every trunk carries everything, by its priority; no known cost"


ROUTES = st.lists(
    st.builds(
        TrunkRoute,
        id=st.just("R"),
        trunk=st.sampled_from("abcd"),
        called_prefix=st.sampled_from(["", "+32", "+3225", "+49"]),
        priority=st.integers(0, 3),
        weight=st.integers(0, 3),
        cost=st.none() | st.decimals(0, 1, places=2),
    ),
    max_size=8,
)


@given(ROUTES, st.randoms(use_true_random=False))
def test_chance_never_goes_before_prefix_priority_and_cost(routes: list[TrunkRoute], chance: Random) -> None:
    choice = choose(CALL, (trunk("a"), trunk("b", "b1", "b2"), trunk("c")), routes, chance.random)

    ranks = [
        (-len(each.route.called_prefix), each.route.priority, each.route.cost is None, each.route.cost or 0)
        for each in choice.candidates
        if each.route
    ]
    assert ranks == sorted(ranks)
    assert len({(each.trunk, each.host) for each in choice.candidates}) == len(choice.candidates)
