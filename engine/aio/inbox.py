"""What comes in for somebody who reads it later."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """Keeps what comes in, in order, until it is read.

    A call has several, most of them empty for its whole life; asyncio's own queue takes 3 KiB even then.
    """

    __slots__ = ("_readers", "_unread")

    def __init__(self) -> None:
        self._unread: list[T] = []
        self._readers: list[asyncio.Future[None]] = []

    def put(self, item: T) -> None:
        """Add it behind what is unread."""
        self._unread.append(item)
        for reader in self._readers:
            # All look, for the first may be cancelled before it does.
            if not reader.done():
                reader.set_result(None)

    async def next(self) -> T:
        """The oldest that is unread; waits for one."""
        while not self._unread:
            arrival = asyncio.get_running_loop().create_future()
            self._readers.append(arrival)
            try:
                await arrival
            finally:
                self._readers.remove(arrival)
        return self._unread.pop(0)

    def clear(self) -> None:
        """Drop what is unread."""
        self._unread.clear()
