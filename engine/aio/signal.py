"""A signal that one gives and others wait for."""

import asyncio
from typing import Literal


class Signal:
    """Something that one task sets and others wait for, in one loop.

    A call has eight, and seldom waits for one; asyncio's own Event takes 0.8 KiB even then.
    """

    __slots__ = ("_is_set", "_waiting")

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether it has happened, and was not cleared since."""
        return self._is_set

    def set(self) -> None:
        """Wake all who wait; who comes later does not wait."""
        self._is_set = True
        for each in self._waiting:
            if not each.done():
                each.set_result(None)

    def clear(self) -> None:
        """Who comes from now on waits until it is set again."""
        self._is_set = False

    async def wait(self) -> Literal[True]:
        """Wait until it is set, also where it is cleared at once."""
        if not self._is_set:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(woken)
            try:
                await woken
            finally:
                self._waiting.remove(woken)
        return True
