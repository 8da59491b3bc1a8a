"""Writes exchanges down behind the calls' backs: whoever asks a server never waits for the database."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from engine.errors import StoreError
from engine.privacy.discretion import Discretion
from engine.web.exchange import Exchange

_MOST_WAITING: Final = 10_000
_BATCH: Final = 100
_PAUSE_S: Final = 1.0
_TRIES: Final = 3
_LAST_WORDS_S: Final = 5.0

log = structlog.get_logger(__name__)


class Rows(Protocol):
    """Where they are kept. Raises StoreError."""

    async def add(self, exchanges: Sequence[Exchange], /) -> None: ...


class ExchangeLedger:
    """Writes for as long as it runs. What the database does not take after some tries is left out, and logged."""

    def __init__(self, rows: Rows, discretion: Discretion | None = None) -> None:
        self._rows = rows
        self._discretion = discretion or Discretion()
        self._waiting: asyncio.Queue[Exchange] = asyncio.Queue(_MOST_WAITING)

    def note(self, exchange: Exchange) -> None:
        """Write it down soon."""
        try:
            self._waiting.put_nowait(self._discretion.exchange(exchange))
        except asyncio.QueueFull:
            log.error("webhook_not_noted", request=exchange.request_id, reason="too many are waiting to be written")

    async def run(self) -> None:
        """For ever; cancel it to stop, after which nothing is waiting."""
        try:
            while True:
                await self._write([await self._waiting.get(), *self._more()])
        finally:
            await self._finish()

    async def written(self) -> None:
        """Wait until what is waiting has been written; a few seconds at most."""
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._waiting.join()
        except TimeoutError:
            log.error("webhooks_not_noted", left_out=self._waiting.qsize())

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                while batch := self._more():
                    await self._write(batch)
        except TimeoutError:
            log.error("webhooks_not_noted", left_out=self._waiting.qsize())

    def _more(self) -> list[Exchange]:
        return [self._waiting.get_nowait() for _ in range(min(self._waiting.qsize(), _BATCH))]

    async def _write(self, batch: Sequence[Exchange]) -> None:
        try:
            await self._try(batch)
        finally:
            for _ in batch:
                self._waiting.task_done()

    async def _try(self, batch: Sequence[Exchange]) -> None:
        for tried in range(1, _TRIES + 1):
            try:
                await self._rows.add(batch)
            except StoreError as error:
                log.error("webhooks_not_noted", error=str(error), exchanges=len(batch), tried=tried)
                await asyncio.sleep(_PAUSE_S)
            else:
                return
