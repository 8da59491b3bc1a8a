"""Keys that the far end pressed and nobody has read yet."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from engine.aio.inbox import Inbox
from engine.aio.signal import Signal

_TOGETHER_S: Final = 3.0
"""Within which the keys of a sequence follow each other."""


class Keys:
    """A queue of 0-9 * # A-D; `now` gives seconds, as Clock.monotonic."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._unread = Inbox[str]()
        self._instead: Keys | None = None
        self._recent, self._last_at = "", 0.0
        self._watched: list[tuple[str, Signal]] = []

    def press(self, key: str) -> None:
        """A key came in."""
        now = self._now()
        self._recent = self._recent + key if now - self._last_at <= _TOGETHER_S else key
        self._last_at = now
        for keys, pressed in self._watched:
            if self._recent.endswith(keys):
                pressed.set()
        if self._instead is not None:
            self._instead.press(key)
        else:
            self._unread.put(key)

    async def next(self, timeout_s: float | None) -> str | None:
        """The oldest unread key; waits for one, at most `timeout_s` seconds (None: without end)."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._unread.next()
        except TimeoutError:
            return None

    async def sequence(self, keys: str) -> None:
        """Wait until these are pressed one after another; whoever reads keys gets them all the same."""
        watched = (keys, Signal())
        self._watched.append(watched)
        try:
            await watched[1].wait()
        finally:
            self._watched.remove(watched)

    @contextmanager
    def diverted(self) -> Iterator["Keys"]:
        """Inside, new keys go to the one that is given, not to whoever else reads here."""
        before, self._instead = self._instead, Keys(self._now)
        try:
            yield self._instead
        finally:
            self._instead = before

    def forget(self) -> None:
        """Drop unread keys."""
        self._unread.clear()
