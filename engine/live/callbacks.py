"""Tells customers of what happens beside a call's status: recordings, conferences."""

from collections.abc import Callable, Mapping

from engine.model.callback import Callback
from engine.ports import Clock
from engine.store.calls import Calls
from engine.store.outbox import NewCallback


class CallCallbacks:
    """Puts callbacks into the outbox, behind those of their call."""

    def __init__(self, calls: Calls, clock: Clock, wake_courier: Callable[[], None]) -> None:
        self._calls = calls
        self._clock = clock
        self._wake_courier = wake_courier

    async def store(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> None:
        """Put a callback into the outbox, for callers who try again. Raises StoreError."""
        await self._calls.add_callback(call_id, NewCallback(callback.url, form, callback.method), self._clock.now())
        self._wake_courier()
