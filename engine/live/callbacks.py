"""Tells customers of what happens beside a call's status: recordings, conferences."""

from collections.abc import Callable, Mapping

from engine.model.callback import Callback
from engine.ports import Clock
from engine.store.calls import CallbackBehindOthers, Calls
from engine.store.connections import Job
from engine.store.outbox import NewCallback


class CallCallbacks:
    """Puts callbacks into the outbox, behind those of their call."""

    def __init__(self, calls: Calls, clock: Clock, wake_courier: Callable[[], None]) -> None:
        self._calls = calls
        self._clock = clock
        self.wake_courier = wake_courier

    async def store(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> None:
        """Put a callback into the outbox, for callers who try again. Raises StoreError."""
        await self._calls.do(self.storing(call_id, callback, form))
        self.wake_courier()

    def storing(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> Job[None]:
        """The same, to be written with other changes; the courier is to be woken once they are."""
        new = NewCallback(callback.url, form, callback.method)
        return CallbackBehindOthers(call_id, new, self._clock.now())
