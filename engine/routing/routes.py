"""Which trunks may carry a call, in the order in which they are tried, and why.

The longest called prefix comes first, then the lowest priority, then the lowest cost, then chance by weight. Without
any routes, every trunk carries everything, by its own priority.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from engine.model.route import TrunkRoute
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk

Draw = Callable[[], float]
"""Chance: a number from 0 until before 1, as of random.random."""

_EVERY_NUMBER: Final = "every number"
_NEVER_CHEAPEST: Final = Decimal("Infinity")
"""The cost of what has no price: it comes after all that have one."""


@dataclass(frozen=True, slots=True)
class RoutedCall:
    """What is known of a call before it goes anywhere; numbers in E.164, short ones as they are dialled."""

    called: str
    caller: str
    account_id: str
    begins_at: datetime


class NotTried(StrEnum):
    """Why a trunk or a host that a route leads to is left out."""

    UNKNOWN = "there is no such trunk"
    DISABLED = "the trunk is disabled"
    FULL = "the trunk is full"
    HELD = "the host has asked for a pause"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host of a trunk to send the call to, and the route that chose it; None where there are no routes at all.

    `priced_prefix` is that of the trunk's table of prices which gave the cost; None where the route itself did.
    """

    trunk: str
    host: str
    route: TrunkRoute | None
    cost: Decimal | None
    priced_prefix: str | None = None

    @property
    def why(self) -> str:
        """The rule in words, for whoever tests the routes."""
        if self.route is None:
            return f"no routes: every trunk carries everything, by its priority; {self._cost_in_words}"
        prefix = self.route.called_prefix or _EVERY_NUMBER
        priority = self.route.priority
        return f"route {self.route.id}: {prefix} to {self.trunk}, priority {priority}, {self._cost_in_words}"

    @property
    def _cost_in_words(self) -> str:
        if self.cost is None:
            return "no known cost"
        if self.priced_prefix is None:
            return f"cost {self.cost}"
        return f"cost {self.cost} by the trunk's price for {self.priced_prefix or _EVERY_NUMBER}"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A trunk, or one host of it, that a route leads to and that can't be used now."""

    trunk: str
    host: str | None
    route: TrunkRoute | None
    reason: NotTried


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """Where a call goes: the candidates in order, each host once, and what was passed over."""

    candidates: tuple[Candidate, ...]
    passed_over: tuple[PassedOver, ...]


def choose(call: RoutedCall, trunks: Sequence[RoutableTrunk], routes: Sequence[TrunkRoute], draw: Draw) -> RouteChoice:
    """The candidates for a call; none where no route fits it, or nothing that fits can be used."""
    by_name = {trunk.name: trunk for trunk in trunks}
    fitting = [_Way(route, route.trunk, by_name.get(route.trunk), call.called) for route in routes if fits(route, call)]
    ways = fitting if routes else [_Way(None, trunk.name, trunk, call.called) for trunk in trunks]
    found = [each for way in _in_order(ways, draw) for each in _hosts(way, call, draw)]
    tried = {(each.trunk, each.host): each for each in reversed(found) if isinstance(each, Candidate)}
    return RouteChoice(
        tuple(each for each in found if isinstance(each, Candidate) and tried[each.trunk, each.host] is each),
        tuple(each for each in found if isinstance(each, PassedOver)),
    )


def fits(route: TrunkRoute, call: RoutedCall) -> bool:
    """Whether a call may take a route."""
    return (
        call.called.startswith(route.called_prefix)
        and call.caller.startswith(route.caller_prefix)
        and route.account_id in (None, call.account_id)
        and (route.times is None or route.times.contains(call.begins_at))
    )


class _Weighted(Protocol):
    @property
    def weight(self) -> int: ...


Weighted = TypeVar("Weighted", bound=_Weighted)


def by_weight(some: Iterable[Weighted], draw: Draw) -> list[Weighted]:
    """All of them in an order by chance: each is first as often as its weight has it; those of weight 0 come last."""
    # Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006).
    drawn = [(draw() ** (1 / each.weight) if each.weight else -1.0, each) for each in some]
    return [each for _, each in sorted(drawn, key=lambda pair: -pair[0])]


@dataclass(frozen=True, slots=True)
class _Way:
    route: TrunkRoute | None
    name: str
    trunk: RoutableTrunk | None
    called: str

    @property
    def weight(self) -> int:
        return self.route.weight if self.route else self.trunk.weight if self.trunk else 0

    @property
    def cost(self) -> Decimal | None:
        if self.route and self.route.cost is not None:
            return self.route.cost
        return self.trunk.price(self.called) if self.trunk else None

    @property
    def priced_prefix(self) -> str | None:
        has_its_own = self.route is not None and self.route.cost is not None
        return None if has_its_own or self.trunk is None else self.trunk.priced_prefix(self.called)

    @property
    def rank(self) -> tuple[int, int, Decimal]:
        cost = _NEVER_CHEAPEST if self.cost is None else self.cost
        if self.route:
            return (-len(self.route.called_prefix), self.route.priority, cost)
        return (0, self.trunk.priority if self.trunk else 0, cost)


def _in_order(ways: Iterable[_Way], draw: Draw) -> list[_Way]:
    return sorted(by_weight(ways, draw), key=lambda way: way.rank)


def _hosts(way: _Way, call: RoutedCall, draw: Draw) -> Iterator[Candidate | PassedOver]:
    if way.trunk is None:
        yield PassedOver(way.name, None, way.route, NotTried.UNKNOWN)
    elif not way.trunk.enabled:
        yield PassedOver(way.name, None, way.route, NotTried.DISABLED)
    elif way.trunk.full:
        yield PassedOver(way.name, None, way.route, NotTried.FULL)
    else:
        for host in sorted(by_weight(way.trunk.hosts, draw), key=lambda host: host.priority):
            if _is_held(host, call.begins_at):
                yield PassedOver(way.name, host.address, way.route, NotTried.HELD)
            else:
                yield Candidate(way.name, host.address, way.route, way.cost, way.priced_prefix)


def _is_held(host: RoutableHost, now: datetime) -> bool:
    return host.held_until is not None and now < host.held_until
