"""Connections that write a row a transaction, with a notice in each (PostgreSQL's NOTIFY), in few, or in none."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import asyncpg

from bench.statistics import percentiles
from engine.store.notice_sender import APART_S
from engine.store.notices import CHANNEL
from tests.peers.databases import connected

CONNECTIONS: Final = 32
_TABLE: Final = "CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, told text NOT NULL)"
_ROW: Final = "INSERT INTO bench_rows (told) VALUES ('as long as a small event of a call')"
_NOTICE: Final = f"SELECT pg_notify('{CHANNEL}', 'bench events')"


class Notified(StrEnum):
    """Which transactions carry a notice."""

    NONE = "untold"
    EACH = "each_told"
    SELDOM = "seldom_told"
    """One in 50 ms, as a node does it."""


@dataclass(slots=True)
class _Committers:
    """Who commits until `ends_s`, `apart_s` between the beginnings of two by one connection if that is not 0."""

    told: Notified
    ends_s: float
    apart_s: float
    took_ms: list[float] = field(default_factory=list)
    _last_notice_s: float = 0.0

    async def run(self, connection: asyncpg.Connection, begins_s: float) -> None:
        due_s = begins_s
        while (now_s := time.monotonic()) < self.ends_s:
            if self.apart_s:
                await asyncio.sleep(max(0.0, due_s - now_s))
                due_s += self.apart_s
            began_s = time.monotonic()
            async with connection.transaction():
                await connection.execute(_ROW)
                if self._tells(began_s):
                    await connection.execute(_NOTICE)
            self.took_ms.append(1000 * (time.monotonic() - began_s))

    def _tells(self, now_s: float) -> bool:
        tells = self.told is Notified.EACH or (self.told is Notified.SELDOM and now_s - self._last_notice_s >= APART_S)
        if tells:
            self._last_notice_s = now_s
        return tells


async def commits(url: str, seconds: float, told: Notified, per_second: int = 0) -> dict[str, float]:
    """How many a second, and how long each took; as many as there can be unless `per_second` is given.

    A connection listens meanwhile, as each node's does.
    """
    async with AsyncExitStack() as stack:
        listening, *others = await _opened(stack, url)
        await listening.execute(_TABLE)
        await listening.add_listener(CHANNEL, lambda *_: None)
        began_s = time.monotonic()
        apart_s = len(others) / per_second if per_second else 0.0
        them = _Committers(told, began_s + seconds, apart_s)
        starts = [began_s + apart_s * number / len(others) for number in range(len(others))]
        await asyncio.gather(*(them.run(each, at_s) for each, at_s in zip(others, starts, strict=True)))
    name = f"{told}_at_{per_second}" if per_second else str(told)
    rate = len(them.took_ms) / (time.monotonic() - began_s)
    return {f"{name}_per_s": rate, **percentiles(f"{name}_ms", them.took_ms, 0.5, 0.99)}


async def _opened(stack: AsyncExitStack, url: str) -> Sequence[asyncpg.Connection]:
    opened = []
    for _ in range(CONNECTIONS + 1):
        opened.append(await connected(url))
        stack.push_async_callback(opened[-1].close)
    return opened
