"""Admission control of a node: admits new calls, or has them tried again while it is late with what it has begun."""

from collections.abc import Callable, Mapping
from math import ceil, inf
from types import MappingProxyType
from typing import Final

import structlog

from engine.errors import Overloaded
from engine.live.admission.call_rate import CallRate
from engine.live.admission.decision import Hindrance, HindranceKind, Load, refuses
from engine.live.admission.limits import Figure, Limit, exceeded
from engine.live.admission.set_ups import SetUp, SetUps
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.call import Direction
from engine.ports import ANY_NUMBER, CallRoom, Clock, Queued

LINE_EVERY_S: Final = 10.0
LAST_AGAIN_S: Final = 60
"""Nobody is told to stay away for longer: calls may all end sooner than that."""

ROOM_IN_S: Final = 5
"""When to ask again while the disk is full: somebody has to make room."""

NO_LIMITS: Final[Mapping[Limit, float]] = MappingProxyType({})

log = structlog.get_logger(__name__)


def nothing_waits() -> Queued:
    """Stands for a queue that is always empty."""
    return Queued()


def room_for_any() -> CallRoom:
    """Stands for room that never ends."""
    return ANY_NUMBER


def disk_has_room() -> str | None:
    """Stands for a disk that is never full."""
    return None


class AdmissionControl:
    """Asked before a call begins and before anything of it is stored; calls in progress never ask.

    `refusal` may be called on any thread, so that the SIP thread refuses also while asyncio's stands still.
    """

    def __init__(
        self,
        clock: Clock,
        meters: Meters,
        commands: Callable[[], Queued] = nothing_waits,
        events: Callable[[], Queued] = nothing_waits,
        most: Mapping[Limit, float] = NO_LIMITS,
        room: Callable[[], CallRoom] = room_for_any,
        disk: Callable[[], str | None] = disk_has_room,
    ) -> None:
        """`commands` wait for the SIP thread, its `events` for asyncio's; `room` is what calls take one of.

        `disk` says in words that what calls leave behind has no room, None if it has. All four are asked on any thread.
        `most` is from how much on of each no call begins; what is not in it has no
        limit.
        """
        self._clock = clock
        self._meters = meters
        self._commands = commands
        self._events = events
        self._most = most
        self._measured: Mapping[Limit, float] = {}
        self._live_calls: Callable[[], int] = lambda: 0
        self._rate = CallRate()
        self._exceeded: frozenset[Limit] = frozenset()
        self._room = room
        self._disk = disk
        self._set_ups = SetUps(clock)
        self._refusing = False
        self._refused = 0
        self._told_at_s: float | None = None
        self._stops_at_s: float | None = None

    @property
    def stopping(self) -> bool:
        """Whether no call is admitted any more."""
        return self._stops_at_s is not None

    def stop(self, within_s: float = inf) -> None:
        """Admit no call any more; the node ends within so many seconds, if that is known."""
        self._stops_at_s = self._clock.monotonic() + within_s

    def go_on(self) -> None:
        """Admit calls again."""
        self._stops_at_s = None

    def count_calls_by(self, live_calls: Callable[[], int]) -> None:
        """Ask this how many calls live, on any thread."""
        self._live_calls = live_calls

    def measured(self, now: Mapping[Limit, float]) -> None:
        """So much there is now of what is looked at once in a while."""
        self._measured = now

    def figures(self) -> tuple[Figure, ...]:
        """How much there is now of all that has a limit."""
        own = {Limit.CALLS: self._live_calls(), Limit.CALL_RATE: self._rate.a_second(self._clock.monotonic())}
        now = {**self._measured, **own}
        return tuple(Figure(limit, now[limit], most) for limit, most in self._most.items() if limit in now)

    @property
    def part_used(self) -> float:
        """The part that is used of what is nearest to its limit: above 1 is too much."""
        return max((each.now / each.most for each in self.figures()), default=0.0)

    @property
    def capacity(self) -> int:
        """The number of calls at once that there is room for, those that live included."""
        most = self._most.get(Limit.CALLS)
        return self._live_calls() + self._room().free if most is None else int(most)

    def admits(self, direction: Direction) -> bool:
        """Whether a call may begin now."""
        return self.refusal(direction) is None

    def refusal(self, direction: Direction) -> Hindrance | None:
        """Why a call may not begin now, None if it may; counted, and told in the log once in a while."""
        if (refusal := self.hindrance()) is not None:
            self._meters.count(Metric.CALLS_REFUSED, direction=direction.value)
            self._note_refused(refusal)
        return refusal

    def hindrance(self) -> Hindrance | None:
        """What stands in the way of another call now; None if nothing does. Nothing is counted."""
        return self._of_stopping() or self._of_disk() or self._of_room() or self._of_limits() or self._of_work()

    def has_room(self) -> bool:
        """Whether a call may begin now; who waits for that asks again and again, so nothing is counted or told."""
        if self.stopping or self._room().is_full or self._disk() is not None:
            return False
        return not refuses(self._load(), refused_before=self._refusing)

    def require(self, direction: Direction) -> None:
        """Raise Overloaded unless a call may begin now."""
        if (refusal := self.refusal(direction)) is not None:
            raise Overloaded(refusal.words, refusal.again_after_s)

    def begin(self) -> SetUp:
        """A call that was admitted is being set up from now on, until it is said to be done."""
        self._rate.begin(self._clock.monotonic())
        return self._set_ups.begin()

    def _of_stopping(self) -> Hindrance | None:
        if self._stops_at_s is None:
            return None
        left_s = ceil(min(self._stops_at_s - self._clock.monotonic(), LAST_AGAIN_S))
        words = "This node is stopping and takes no more calls; another takes them, or this one once it is back."
        return Hindrance(HindranceKind.STOPPING, words, max(1, left_s))

    def _of_disk(self) -> Hindrance | None:
        words = self._disk()
        return None if words is None else Hindrance(HindranceKind.DISK, words, ROOM_IN_S)

    def _of_room(self) -> Hindrance | None:
        room = self._room()
        if not room.is_full:
            return None
        words = f"This node has no room for another call ({room.words}); try again in a second."
        return Hindrance(HindranceKind.LIMIT, words)

    def _of_limits(self) -> Hindrance | None:
        too_much = exceeded(self.figures(), self._exceeded)
        self._exceeded = frozenset(each.limit for each in too_much)
        if not too_much:
            return None
        told = "; ".join(each.words for each in too_much)
        return Hindrance(HindranceKind.LIMIT, f"This node has as much to do as it may ({told}); try again in a second.")

    def _of_work(self) -> Hindrance | None:
        self._refusing = refuses(self._load(), refused_before=self._refusing)
        if not self._refusing:
            return None
        return Hindrance(HindranceKind.WORK, "This node has as many calls to set up as it can; try again in a second.")

    def _load(self) -> Load:
        return Load(self._commands(), self._events(), self._set_ups.waiting)

    def _note_refused(self, refusal: Hindrance) -> None:
        self._refused += 1
        now_s = self._clock.monotonic()
        if self._told_at_s is not None and now_s - self._told_at_s < LINE_EVERY_S:
            return
        self._told_at_s, load = now_s, self._load()
        log.warning(
            "calls_refused",
            why=refusal.kind.value,
            said=refusal.words,
            calls=self._refused,
            late_ms=round(1000 * load.oldest_s),
            commands=load.commands.count,
            events=load.events.count,
            set_ups=load.set_ups.count,
        )
        self._refused = 0
