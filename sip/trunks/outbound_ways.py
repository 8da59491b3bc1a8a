"""The ways of calls that go out now: by the trunks, routes and costs that hold, past hosts that want a pause."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import random
from typing import Final

from engine.model.route import TrunkRoute
from engine.model.trunk import Trunk
from engine.model.trunk.costs import Costs
from engine.ports import DialRequest
from sip.trunks.choice import NO_COSTS, LocatedAt, Way, ways_of

LONGEST_PAUSE_S: Final = 600
"""A host that wants no calls for longer (Retry-After) is asked again after this."""


class OutboundWays:
    """Knows what calls that go out may go by. Belongs to asyncio's thread."""

    def __init__(self, located: LocatedAt) -> None:
        self._located = located
        self._held: dict[tuple[str, str], datetime] = {}
        self.trunks: Sequence[Trunk] = ()
        self.routes: Sequence[TrunkRoute] = ()
        self.costs: Mapping[str, Costs] = NO_COSTS
        self.left_alone: frozenset[tuple[str, str]] = frozenset()
        """Hosts that do not answer, each after the name of its trunk."""

    def of(self, request: DialRequest) -> Sequence[Way]:
        """All ways of a call in their order, one at least. Raises SipError."""
        now = datetime.now(UTC)
        self._held = {each: until for each, until in self._held.items() if until > now}
        held = {**self._held, **dict.fromkeys(self.left_alone, now + timedelta(seconds=LONGEST_PAUSE_S))}
        return ways_of(request, self.trunks, self.routes, held, now, random, self._located, self.costs)

    def hold(self, way: Way, seconds: int) -> None:
        """Leave the host of a way alone for as long as it asked (Retry-After, RFC 3261 §21.5.4)."""
        if way.trunk is not None:
            pause = timedelta(seconds=min(seconds, LONGEST_PAUSE_S))
            self._held[way.trunk.name, way.host] = datetime.now(UTC) + pause
