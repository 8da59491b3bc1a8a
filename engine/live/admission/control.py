"""Admission control of a node: admits new calls, or has them tried again while it is late with what it has begun."""

from collections.abc import Callable
from typing import Final

import structlog

from engine.errors import Overloaded
from engine.live.admission.decision import Load, refuses
from engine.live.admission.set_ups import SetUp, SetUps
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.call import Direction
from engine.ports import Clock, Queued

LINE_EVERY_S: Final = 10.0

log = structlog.get_logger(__name__)


def nothing_waits() -> Queued:
    """Stands for a queue that is always empty."""
    return Queued()


class AdmissionControl:
    """Asked before a call begins and before anything of it is stored; calls in progress never ask.

    `admits` may be called on any thread, so that the SIP thread refuses also while asyncio's stands still.
    """

    def __init__(
        self,
        clock: Clock,
        meters: Meters,
        commands: Callable[[], Queued] = nothing_waits,
        events: Callable[[], Queued] = nothing_waits,
    ) -> None:
        """`commands` wait for the SIP thread, its `events` for asyncio's; both are asked on any thread."""
        self._clock = clock
        self._meters = meters
        self._commands = commands
        self._events = events
        self._set_ups = SetUps(clock)
        self._refusing = False
        self._refused = 0
        self._told_at_s: float | None = None

    def admits(self, direction: Direction) -> bool:
        """Whether a call may begin now; counted, and told in the log once in a while, if not."""
        load = Load(self._commands(), self._events(), self._set_ups.waiting)
        self._refusing = refuses(load, refused_before=self._refusing)
        if self._refusing:
            self._meters.count(Metric.CALLS_REFUSED, direction=direction.value)
            self._note_refused(load)
        return not self._refusing

    def require(self, direction: Direction) -> None:
        """Raise Overloaded unless a call may begin now."""
        if not self.admits(direction):
            raise Overloaded("This node has as many calls to set up as it can; try again in a second.")

    def begin(self) -> SetUp:
        """A call that was admitted is being set up from now on, until it is said to be done."""
        return self._set_ups.begin()

    def _note_refused(self, load: Load) -> None:
        self._refused += 1
        now_s = self._clock.monotonic()
        if self._told_at_s is not None and now_s - self._told_at_s < LINE_EVERY_S:
            return
        self._told_at_s = now_s
        log.warning(
            "calls_refused",
            why="this node is late with calls that it has begun",
            calls=self._refused,
            late_ms=round(1000 * load.oldest_s),
            commands=load.commands.count,
            events=load.events.count,
            set_ups=load.set_ups.count,
        )
        self._refused = 0
