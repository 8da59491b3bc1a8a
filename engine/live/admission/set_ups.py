"""The calls that are being set up, for as long as that is the node's own work."""

from itertools import count

from engine.ports import Clock, Queued


class SetUp:
    """One call on its way to ringing, or to its INVITE."""

    def __init__(self, number: int, running: "SetUps") -> None:
        self._number = number
        self._running = running

    def done(self) -> None:
        """Note that a set-up waits for others from now on, or has failed. Safe to repeat."""
        self._running.end(self._number)


class SetUps:
    """Knows which calls are being set up. It is asyncio's, but for `waiting`, which any thread reads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._began_s: dict[int, float] = {}
        self._first_began_s: float | None = None

    @property
    def waiting(self) -> Queued:
        """How many there are, and for how long the first has been on its way."""
        first_s = self._first_began_s
        return Queued() if first_s is None else Queued(len(self._began_s), self._clock.monotonic() - first_s)

    def begin(self) -> SetUp:
        """A call is being set up from now on, until it is said to be done."""
        number = next(self._numbers)
        self._began_s[number] = self._clock.monotonic()
        self._note_first()
        return SetUp(number, self)

    def end(self, number: int) -> None:
        """Note that a set-up is no longer on its way."""
        if self._began_s.pop(number, None) is not None:
            self._note_first()

    def _note_first(self) -> None:
        self._first_began_s = next(iter(self._began_s.values()), None)
