"""Waiting for what a running platform does: it is looked at again as soon as it tells of an event (GET /events)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import aiohttp

from engine.aio.change_notifier import ChangeNotifier
from engine.aio.tasks import stopped
from tests.peers.waiting import within

T = TypeVar("T")

_SOON_S: Final = 0.05
_SELDOM_S: Final = 0.8


class Happening:
    """Rings with each event of the account's calls, from `start` to `end`."""

    def __init__(self, client: aiohttp.ClientSession) -> None:
        self._client = client
        self._bell = ChangeNotifier()
        self._following: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._following = asyncio.create_task(self._follow())

    async def end(self) -> None:
        if self._following is not None:
            await stopped(self._following)

    async def see(self, look: Callable[[], Awaitable[T | None]], within_s: float) -> T:
        """What `look` finds, as soon as it is not None. Raises TimeoutError.

        What no event tells of is found as well, some time later: looks become rarer while nothing happens.
        """
        pause_s = _SOON_S
        async with within(within_s):
            while (found := await look()) is None:
                pause_s = _SOON_S if await self._bell.wait(pause_s) else min(2 * pause_s, _SELDOM_S)
            return found

    async def _follow(self) -> None:
        unlimited = aiohttp.ClientTimeout(total=None)
        try:
            async with self._client.get("events", timeout=unlimited) as stream:
                async for _ in stream.content:
                    self._bell.ring()
        except aiohttp.ClientError:
            return  # the platform has ended, or was killed
