"""Writes exchanges down behind the calls' backs: whoever asks a server never waits for the database."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, Final, Protocol

import structlog

from engine.aio.ordered_writer import OrderedWriter
from engine.model.webhook_exchange import WebhookExchange
from engine.ports import Clock
from engine.webhooks.payloads.discretion import Discretion

_MOST_BATCHES: Final = 100
_BATCH: Final = 100
_PATIENCE_S: Final = 3.0
_LAST_WORDS_S: Final = 5.0

log = structlog.get_logger(__name__)


class Rows(Protocol):
    """The store of the ledger's rows. Raises StoreError."""

    async def add(self, exchanges: Sequence[WebhookExchange], /) -> None: ...


class ExchangeLedger:
    """Writes for as long as it runs. What the database does not take within seconds is left out, and logged."""

    def __init__(self, rows: Rows, clock: Clock, discretion: Discretion | None = None) -> None:
        self._rows = rows
        self._discretion = discretion or Discretion()
        self._writer = OrderedWriter(clock, patience_s=_PATIENCE_S)
        self._batch: list[WebhookExchange] = []
        """Whatever is noted before its writing begins goes with it."""

    @property
    def stepped_over(self) -> int:
        """How many batches were left out."""
        return self._writer.stepped_over

    def note_exchange(self, exchange: WebhookExchange) -> None:
        """Write it down soon."""
        kept = self._discretion.exchange(exchange)
        if not self._batch or len(self._batch) == _BATCH:
            if self._writer.waiting >= _MOST_BATCHES:
                log.error("webhook_not_noted", request=exchange.request_id, reason="too many are waiting to be written")
                return
            self._batch = []
            self._writer.add(partial(self._write, self._batch))
        self._batch.append(kept)

    async def run(self) -> None:
        """Store exchanges as they come, for ever; cancel it to stop, after which nothing is waiting."""
        try:
            await self._writer.run()
        finally:
            await self._last_words(self._writer.drain())

    async def wait_until_written(self) -> None:
        """Wait until what is waiting has been written; a few seconds at most."""
        await self._last_words(self._writer.wait_until_written())

    async def _last_words(self, writing: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                await writing
        except TimeoutError:
            log.error("webhooks_not_noted", batches_left_out=self._writer.waiting)

    async def _write(self, batch: list[WebhookExchange]) -> None:
        if self._batch is batch:
            self._batch = []
        await self._rows.add(batch)
