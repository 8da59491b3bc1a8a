"""Tells customers of what happens beside a call's status: recordings, conferences."""

from collections.abc import Callable, Mapping

import structlog

from engine.errors import StoreError
from engine.model.callback import Callback
from engine.ports import Clock
from engine.store import Calls, NewCallback

log = structlog.get_logger(__name__)


class CallCallbacks:
    """Puts callbacks into the outbox, behind those of their call."""

    def __init__(self, calls: Calls, clock: Clock, wake_courier: Callable[[], None]) -> None:
        self._calls = calls
        self._clock = clock
        self._wake_courier = wake_courier

    async def tell(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> None:
        """A database that fails must not harm those who talk: the callback is lost then, and the log says so."""
        try:
            await self.store(call_id, callback, form)
        except StoreError as error:
            log.error("callback_not_stored", url=callback.url, error=str(error))

    async def store(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> None:
        """Put a callback into the outbox, for callers who try again. Raises StoreError."""
        await self._calls.tell(call_id, NewCallback(callback.url, form, callback.method), self._clock.now())
        self._wake_courier()
