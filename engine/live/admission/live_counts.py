"""Calls that go on, of each level of policies, on this node: in whose names, and since when they cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.model.call import Call, Direction
from engine.model.call_policy import PolicyLevel, PolicyPlace


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that was let begin, and in whose names it goes on."""

    call: Call
    places: tuple[PolicyPlace, ...]


def places_of(account_id: str, number: str, key_id: str) -> tuple[PolicyPlace, ...]:
    """The levels whose policies hold, from the node inwards; a key's only where one has asked for the call."""
    number_and_key = ((PolicyLevel.NUMBER, number), (PolicyLevel.KEY, key_id))
    inner = (PolicyPlace(level, subject) for level, subject in number_and_key if subject)
    return (PolicyPlace(PolicyLevel.NODE), PolicyPlace(PolicyLevel.ACCOUNT, account_id), *inner)


@dataclass(slots=True)
class LiveCounts:
    """Belongs to asyncio's thread. `now_s` are seconds that only go forward."""

    now_s: Callable[[], float]
    _live: dict[str, LiveCall] = field(default_factory=dict)
    _answered_s: dict[str, float] = field(default_factory=dict)

    def places(self, call: Call) -> tuple[PolicyPlace, ...]:
        """The levels whose policies hold: where another call has dialled it, those of that one."""
        parent = self._live.get(call.parent_id or "")
        if parent is not None:
            return parent.places
        own = call.to if call.direction is Direction.INBOUND else call.from_
        return places_of(call.account_id, own, call.key_id or "")

    def begin(self, call: Call, places: tuple[PolicyPlace, ...]) -> None:
        """A call begins."""
        self._live[call.id] = LiveCall(call, places)

    def answered(self, call_id: str) -> None:
        """A call costs from now on."""
        if call_id in self._live:
            self._answered_s.setdefault(call_id, self.now_s())

    def end(self, call_id: str) -> None:
        """A call is over; nothing happens where it is not known."""
        self._live.pop(call_id, None)
        self._answered_s.pop(call_id, None)

    def outbound(self, place: PolicyPlace) -> Iterator[LiveCall]:
        """The calls that go out in somebody's name."""
        return (
            each for each in self._live.values() if place in each.places and each.call.direction is Direction.OUTBOUND
        )

    def seconds(self, live: LiveCall) -> float:
        """The seconds since its answer; 0 before."""
        answered_s = self._answered_s.get(live.call.id)
        return 0.0 if answered_s is None else self.now_s() - answered_s

    def is_answered(self, live: LiveCall) -> bool:
        """Whether it costs."""
        return live.call.id in self._answered_s
