"""Changes of one call that are to be stored, in order; what comes close together shares a transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.aio.ordered_writer import OrderedWriter
from engine.aio.signal import Signal
from engine.errors import StoreError, Unstorable
from engine.ports import Clock
from engine.store.calls import Calls
from engine.store.connections import Job

_MOST_TOGETHER: Final = 32


@dataclass(slots=True, eq=False)
class _Change:
    """`job` is asked for when it is to be stored; `then` is what follows once it is."""

    job: Callable[[], Job[Any]]
    then: Callable[[], None]
    alone: bool = False
    """One of those that it was to be stored with can't be: each is then tried by itself."""

    def try_alone(self) -> None:
        self.alone = True


class CallChanges:
    """Changes of one call on their way to the database. One that can't be stored is left out, and harms no other.

    The writer has one line for all that wait, and not one for each: a call has a dozen changes, most of them stored
    with others.
    """

    def __init__(self, clock: Clock, calls: Calls) -> None:
        self._calls = calls
        self._writer = OrderedWriter(clock)
        self._changes: list[_Change] = []
        self._call_id = ""
        self._asked = False
        """Whether the writer has a line for what waits."""
        self._wanted_now = Signal()

    @property
    def waiting(self) -> int:
        """How many are not stored yet."""
        return len(self._changes)

    @property
    def oldest_s(self) -> float:
        """How many seconds the first of them has been under way."""
        return self._writer.oldest_s

    @property
    def stepped_over(self) -> int:
        """How many were left out, for they could not be stored."""
        return self._writer.stepped_over

    def add(self, job: Callable[[], Job[Any]], then: Callable[[], None], *, call_id: str, now: bool) -> None:
        """Store it behind what waits: at once, or with what others store, within 50 ms."""
        self._call_id = call_id
        self._changes.append(_Change(job, then))
        self._ask()
        if now:
            self._wanted_now.set()

    def take_all(self) -> tuple[Sequence[Job[Any]], Callable[[], None]]:
        """Hand over all that waits, which somebody else stores; and what follows once it is stored."""
        changes, self._changes = self._changes, []

        def then() -> None:
            for each in changes:
                each.then()

        return [each.job() for each in changes], then

    async def run(self) -> None:
        """Write for ever; cancel it to stop."""
        await self._writer.run()

    async def wait_until_written(self) -> None:
        """Wait until nothing waits; somebody else must be writing."""
        self._wanted_now.set()
        await self._writer.wait_until_written()

    def _ask(self) -> None:
        if self._changes and not self._asked:
            self._asked = True
            self._writer.add(self._store_next, call_id=self._call_id)

    async def _store_next(self) -> None:
        """One line of the writer: the first change, with those behind it."""
        together = await self._next()
        try:
            await self._calls.write([each.job() for each in together])
        except Exception as error:
            if isinstance(error, StoreError) and not isinstance(error, Unstorable):
                raise  # the writer comes back to this line
            if len(together) == 1:
                self._go_on_behind(together)
                raise
            for each in together:
                each.try_alone()
            self._go_on_behind(())
        else:
            self._go_on_behind(together)
            for each in together:
                each.then()

    async def _next(self) -> Sequence[_Change]:
        if not self._changes[0].alone:
            await self._calls.invitation(self._wanted_now)
            self._wanted_now.clear()
        first = self._changes[0]
        return [first] if first.alone else self._changes[:_MOST_TOGETHER]

    def _go_on_behind(self, settled: Sequence[_Change]) -> None:
        """Drop what is settled; whatever else waits has another line."""
        del self._changes[: len(settled)]
        self._asked = False
        self._ask()
