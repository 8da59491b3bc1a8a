"""A circuit breaker: a server that fails again and again is left alone for a while, and callers need not wait for it.

Closed, all requests go through. After some failures in a row it opens: none does. When it has been open for long
enough, one request is let through as a trial, and what becomes of it closes the breaker, or opens it again.
"""

from dataclasses import dataclass
from typing import Final

from engine.ports import Clock

FAILURES: Final = 3
REST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Closed:
    """Requests go through; so many in a row have failed."""

    failures: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """No request goes through before `until`, in seconds of Clock.monotonic."""

    until: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One request is on its way, and no other goes through."""


State = Closed | Open | Trial


class CircuitBreaker:
    """Opens after `failures` in a row, for `rest_s` seconds of the clock that is handed in.

    Whoever is admitted tells what became of it, by exactly one of `succeeded`, `failed` and `abandoned`.
    """

    def __init__(self, clock: Clock, *, failures: int = FAILURES, rest_s: float = REST_S) -> None:
        self._clock = clock
        self._failures = failures
        self._rest_s = rest_s
        self._state: State = Closed()

    @property
    def state(self) -> State:
        """The state now; an Open whose time is over lets the next request through."""
        return self._state

    def admits(self) -> bool:
        """Whether a request may be made. Who is told so after a rest makes the trial."""
        match self._state:
            case Closed():
                return True
            case Open(until) if self._clock.monotonic() >= until:
                self._state = Trial()
                return True
        return False

    def succeeded(self) -> bool:
        """A request was answered as it should be; True if that closes the breaker."""
        closes = not isinstance(self._state, Closed)
        self._state = Closed()
        return closes

    def failed(self) -> bool:
        """A request failed; True if that opens the breaker. A trial that fails opens it again, which is no news."""
        match self._state:
            case Closed(failures) if failures + 1 < self._failures:
                self._state = Closed(failures + 1)
            case Closed():
                self._open()
                return True
            case Trial():
                self._open()
            case Open():
                pass  # it was on its way already when others opened the breaker
        return False

    def abandoned(self) -> None:
        """A request ended without telling anything of the server; a trial is another's to make, at once."""
        if isinstance(self._state, Trial):
            self._state = Open(self._clock.monotonic())

    def _open(self) -> None:
        self._state = Open(self._clock.monotonic() + self._rest_s)
