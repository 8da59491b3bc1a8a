"""Readers of a stream of events (GET /events): how late each event reaches them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import aiohttp

from engine.aio.tasks import started, stopped

_OPENS_S: Final = 10.0
_DATA: Final = b"data: "


@dataclass(slots=True)
class StreamReader:
    """What has come over one stream: `late_ms` is by event, from when it happened until it was here."""

    late_ms: dict[int, float] = field(default_factory=dict)
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: bytes, now_s: float) -> None:
        """A line of the stream, that has come at this time (of the epoch)."""
        if line.startswith(_DATA):
            event: dict[str, Any] = json.loads(line.removeprefix(_DATA))
            self.late_ms[event["id"]] = 1000 * (now_s - datetime.fromisoformat(event["at"]).timestamp())

    async def read(self, client: aiohttp.ClientSession) -> None:
        """Read until cancelled."""
        async with client.get("events", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            async for line in stream.content:
                self.take(line, time.time())
                self._open.set()

    async def opened(self) -> None:
        """Wait for its first line. Raises TimeoutError."""
        async with asyncio.timeout(_OPENS_S):
            await self._open.wait()


@asynccontextmanager
async def reading(client: aiohttp.ClientSession) -> AsyncIterator[StreamReader]:
    """A reader that reads while inside."""
    reader = StreamReader()
    task = started(reader.read(client))
    try:
        await reader.opened()
        yield reader
    finally:
        await stopped(task)
