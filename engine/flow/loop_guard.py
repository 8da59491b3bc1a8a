"""Ends flows that run in circles without ever keeping the caller waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from engine.errors import FlowFailed
from engine.flow_faults import FlowFault

STEP_LIMIT: Final = 1000
"""Verbs, and rounds of repeated prompts, within a second of the call."""
JUMP_LIMIT: Final = 50
"""Documents requested within a second of the call, the requests' own time not counted."""
_PERIOD_S: Final = 1.0


class LoopGuard:
    """Counts steps and jumps since time last passed on the call; `now` gives seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._since = now()
        self._steps = 0
        self._jumps = 0

    def step(self) -> None:
        """One verb or one round. Raises FlowFailed."""
        self._forget_if_time_passed()
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise FlowFailed(
                f"The flow ran {STEP_LIMIT} verbs within a second: it goes in circles.", FlowFault.REDIRECTS
            )

    def rounds(self, loop: int) -> Iterator[int]:
        """Counts the rounds of a repeated prompt; 0 is without end."""
        done = 0
        while loop == 0 or done < loop:
            if done:
                self.step()
            yield done
            done += 1

    @contextmanager
    def jump(self) -> Iterator[None]:
        """Around the request of another document, whose time does not count. Raises FlowFailed."""
        self._forget_if_time_passed()
        self._jumps += 1
        if self._jumps > JUMP_LIMIT:
            raise FlowFailed(
                f"The flow asked for {JUMP_LIMIT} documents within a second: it goes in circles.", FlowFault.REDIRECTS
            )
        began = self.now()
        try:
            yield
        finally:
            self._since += self.now() - began

    def _forget_if_time_passed(self) -> None:
        if self.now() - self._since >= _PERIOD_S:
            self._since = self.now()
            self._steps = 0
            self._jumps = 0
