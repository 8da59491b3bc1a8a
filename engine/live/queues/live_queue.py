"""One queue of live calls: who waits in it on this node, in the order in which they will be served."""

from collections import deque
from typing import Final

from engine.aio.signal import Signal
from engine.live.session.session import Session
from engine.model.queue import WAIT_TRANSITIONS, Queue, Wait, WaitEvent, WaitState, order
from engine.model.transitions import next_state

_REMEMBERED: Final = 50


class Waiter:
    """One call that waits; `served` is set when somebody takes it, `parted` when the two have parted."""

    def __init__(self, session: Session, wait: Wait, since_s: float) -> None:
        self.session = session
        self.wait = wait
        self.since_s = since_s
        self.served = Signal()
        self.parted = Signal()
        self.taken: Final = session.handover.taken
        """Set when the call is given another flow than the one in which it came."""
        self._state = WaitState.WAITING

    @property
    def state(self) -> WaitState:
        return self._state

    def happened(self, event: WaitEvent) -> None:
        """Take an event. Raises UnexpectedEvent where the table of waits has none."""
        self._state = next_state(WAIT_TRANSITIONS, self.wait.id, self._state, event)
        if self._state is WaitState.SERVED:
            self.served.set()
        if self._state is WaitState.PARTED:
            self.parted.set()


class LiveQueue:
    """A queue of live calls, in the order in which they will be served."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.filled = Signal()
        self.recent_waits_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._waiters: dict[str, Waiter] = {}

    @property
    def waiters(self) -> list[Waiter]:
        return [self._waiters[wait.id] for wait in order([each.wait for each in self._waiters.values()])]

    def find(self, wait_id: str) -> Waiter | None:
        """The one with this wait, if it still waits here."""
        return self._waiters.get(wait_id)

    @property
    def average_wait_s(self) -> float | None:
        """How long those waited who were served lately, in seconds on average; None if nobody was."""
        return sum(self.recent_waits_s) / len(self.recent_waits_s) if self.recent_waits_s else None

    def rename(self, queue: Queue) -> None:
        """Be the queue by its next name; who waits stays."""
        self.queue = queue

    def add(self, waiter: Waiter) -> None:
        self._waiters[waiter.wait.id] = waiter
        self.filled.set()

    def remove(self, waiter: Waiter) -> None:
        self._waiters.pop(waiter.wait.id, None)
        if not self._waiters:
            self.filled.clear()

    def position(self, waiter: Waiter) -> int:
        """The call's place in the queue, from 1; 0 if it does not wait."""
        ids = [each.wait.id for each in self.waiters]
        return ids.index(waiter.wait.id) + 1 if waiter.wait.id in ids else 0
