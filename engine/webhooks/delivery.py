"""Carries status callbacks from the durable outbox to the customers: in order per call, at least once.

A callback that fails is tried again with growing pauses for about a day, then given up. A server that is slow
holds up only itself: each has a few lanes of its own. What is under way when the process ends is sent again.
"""

import random
from asyncio import Semaphore, TaskGroup
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from weakref import WeakValueDictionary

import structlog
from yarl import URL

from engine.aio.signal import Signal
from engine.aio.waits import first_of
from engine.errors import StoreError, WebhookError
from engine.model.callback import Delivery
from engine.ports import Clock
from engine.webhooks.due_time import DueTime

FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 3600.0
PATIENCE_S: Final = 24 * 3600.0
JITTER: Final = 0.2
"""Pauses differ by up to this part of themselves, either way, so that failures don't come back as one crowd."""

AT_ONCE: Final = 256
AT_ONCE_PER_SERVER: Final = 8
_PAUSES: Final = 13
"""How many pauses differ: from the first to the longest, each twice as long as the one before."""
_BATCH: Final = 100
_UNDERWAY_LIMIT: Final = 5000
_SHORTEST_REST_S: Final = 1.0
_LONGEST_REST_S: Final = 60.0
_STORE_PAUSE_S: Final = 5.0

log = structlog.get_logger(__name__)


class Pending(Delivery, Protocol):
    """A callback to deliver; `attempts` have failed so far."""

    @property
    def attempts(self) -> int: ...


class CallbackOutbox(Protocol):
    """Callbacks that are still to be delivered, durably; of each call only the first shows. All raise StoreError."""

    async def due(self, now: datetime, limit: int) -> Sequence[Pending]: ...
    async def delivered(self, callback_id: str, at: datetime, /) -> None: ...
    async def retry(self, callback_id: str, at: datetime, error: str, /) -> None: ...
    async def given_up(self, callback_id: str, at: datetime, error: str, /) -> None: ...
    async def next_due(self) -> datetime | None: ...
    async def hasten(self, latest: Sequence[datetime], /) -> int: ...


class Deliverer(Protocol):
    """Sends a callback, signed, and gives the answer's status. Raises WebhookError."""

    async def deliver(self, callback: Delivery, /) -> int: ...


class CallbackCourier:
    """Delivers for as long as it runs; `jitter` gives numbers from 0 to 1.

    Between two looks at the outbox are `apart_s` seconds: where each is a transaction, many callbacks are found by one.
    """

    def __init__(
        self,
        outbox: CallbackOutbox,
        client: Deliverer,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        apart_s: float = 0.0,
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._time = DueTime(clock)
        self._jitter = jitter
        self._apart_s = apart_s
        self._stepped_over = 0
        self._hastened = False
        self._woken = Signal()
        self._underway: set[str] = set()
        self._all = Semaphore(AT_ONCE)
        self._of_server: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    @property
    def stepped_over(self) -> int:
        """How many surprises were met since the beginning, and ended nothing."""
        return self._stepped_over

    def notify(self) -> None:
        """There is something new in the outbox."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver due callbacks, for ever; cancel it to stop."""
        looked_at_s = -self._apart_s
        async with TaskGroup() as deliveries:
            while True:
                await self._clock.sleep(max(0.0, looked_at_s + self._apart_s - self._clock.monotonic()))
                looked_at_s = self._clock.monotonic()
                self._woken.clear()
                try:
                    await self._hasten()
                    # While something is under way, what comes next need not be asked for: its end wakes this loop.
                    underway = await self._set_out(deliveries)
                    rest_s = _SHORTEST_REST_S if underway else await self._rest_s()
                except StoreError as error:
                    log.error("outbox_failed", error=str(error), again_in_s=_STORE_PAUSE_S)
                    rest_s = _STORE_PAUSE_S
                except Exception:
                    log.exception("outbox_crashed", again_in_s=_STORE_PAUSE_S)
                    self._stepped_over += 1
                    rest_s = _STORE_PAUSE_S
                await first_of(self._woken, timeout_s=rest_s)

    async def _hasten(self) -> None:
        """At the start, put nothing off for longer than it would be now: the clock may have been ahead before."""
        if self._hastened:
            return
        pauses_s = (0.0, *(retry_in_s(failed) * (1 + JITTER) for failed in range(1, _PAUSES + 1)))
        now = self._time.now()
        if count := await self._outbox.hasten([now + timedelta(seconds=each) for each in pauses_s]):
            log.warning("callbacks_hastened", count=count)
        self._hastened = True

    async def _set_out(self, deliveries: TaskGroup) -> bool:
        """Start everything that is due and not under way; whether anything was due."""
        while len(self._underway) < _UNDERWAY_LIMIT:
            # Noted before asking: what is delivered while the outbox answers may still be in its answer.
            known = set(self._underway)
            due = await self._outbox.due(self._time.now(), len(known) + _BATCH)
            new = [each for each in due if each.id not in known]
            for each in new:
                self._underway.add(each.id)
                deliveries.create_task(self._carry(each))
            if len(due) < len(known) + _BATCH:
                return bool(due)
        return True

    async def _rest_s(self) -> float:
        due_at = await self._outbox.next_due()
        if due_at is None:
            return _LONGEST_REST_S
        seconds = (due_at - self._time.now()).total_seconds()
        return min(max(seconds, _SHORTEST_REST_S), _LONGEST_REST_S)

    async def _carry(self, callback: Pending) -> None:
        lane = self._of_server.setdefault(_server_of(callback.url), Semaphore(AT_ONCE_PER_SERVER))
        try:
            async with lane, self._all:
                failure = await self._deliver(callback)
            await self._note(callback, failure)
        except StoreError as error:
            # It will be sent again; a pause keeps a failing database from becoming a flood at the customer's.
            log.error("outbox_failed", call_id=callback.call_id, callback=callback.id, error=str(error))
            await self._clock.sleep(_STORE_PAUSE_S)
        except Exception:
            # One callback's surprise must not stop all others'; it is due again, and the pause is its backoff.
            log.exception("callback_crashed", call_id=callback.call_id, callback=callback.id)
            self._stepped_over += 1
            await self._clock.sleep(_STORE_PAUSE_S)
        finally:
            self._underway.discard(callback.id)
            self._woken.set()

    async def _deliver(self, callback: Pending) -> str | None:
        """Why it failed, if it did."""
        try:
            status = await self._client.deliver(callback)
        except WebhookError as error:
            return str(error)
        return None if 200 <= status < 300 else f"The server answered {status}."

    async def _note(self, callback: Pending, failure: str | None) -> None:
        if failure is None:
            await self._outbox.delivered(callback.id, self._clock.now())
            return
        failed = callback.attempts + 1
        if tried_for_s(failed) > PATIENCE_S:
            log.warning("callback_given_up", call_id=callback.call_id, attempts=failed, reason=failure)
            await self._outbox.given_up(callback.id, self._clock.now(), failure)
            return
        pause_s = retry_in_s(failed) * (1 + JITTER * (2 * self._jitter() - 1))
        await self._outbox.retry(callback.id, self._time.now() + timedelta(seconds=pause_s), failure)


def retry_in_s(failed: int) -> float:
    """The pause after so many failed attempts, doubled each time up to an hour."""
    return float(min(FIRST_RETRY_S * 2 ** min(failed - 1, 32), LONGEST_RETRY_S))


def tried_for_s(failed: int) -> float:
    """How long a callback has been tried with the pause that would come now."""
    return sum(retry_in_s(attempt) for attempt in range(1, failed + 1))


def _server_of(url: str) -> str:
    try:
        return URL(url).authority
    except ValueError:
        return ""
