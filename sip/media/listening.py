"""Hearing a leg as bytes: the media clock keeps what it says in memory, and tells when to take it.

So no frame needs Python's lock, and a voice or a pause is known as soon as it is there (sip/native/overheard.h).
Nothing of what was said is ever on a disk.
"""

import asyncio
from itertools import count
from typing import Final, Self

import pjsua2 as pj
import structlog

from sip.media.wiring import ListenerId

_NUMBERS: Final = count(1)
"""One row for the process, as the list of who has something to take is."""

_log = structlog.get_logger(__name__)


def next_listener() -> ListenerId:
    """A number that no listener had before."""
    return ListenerId(next(_NUMBERS))


class Overhearing:
    """What a leg says, as bytes while it is said: whole samples; ends when closed. Read in asyncio's thread.

    What is not read within ten seconds is dropped, oldest first, and counted.
    """

    def __init__(self, listener: pj.Listener) -> None:
        self._listener = listener
        self._waits = asyncio.Event()
        self._waits.set()  # it may have been told of before there was somebody to tell
        self._open = True

    @property
    def dropped_ms(self) -> int:
        return int(self._listener.dropped_ms())

    def tell(self) -> None:
        """There is something to take."""
        self._waits.set()

    def close(self) -> None:
        """What waits is not heard any more."""
        self._open = False
        self._listener.end()
        self._waits.set()
        if self.dropped_ms:
            _log.warning("speech_dropped", ms=self.dropped_ms)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while True:
            await self._waits.wait()
            if not self._open:
                raise StopAsyncIteration
            self._waits.clear()
            heard: bytes = self._listener.take()
            if heard:
                return heard


class Listeners:
    """Tells each listener when it has something to take, in asyncio's thread."""

    def __init__(self) -> None:
        self._open: dict[ListenerId, Overhearing] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, number: ListenerId, listener: pj.Listener) -> Overhearing:
        """Tell this one too, until it is removed."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(pj.listeners_told_descriptor(), self._tell)
        heard = self._open[number] = Overhearing(listener)
        return heard

    def remove(self, number: ListenerId) -> None:
        """Tell this one no more, and close it."""
        if (heard := self._open.pop(number, None)) is not None:
            heard.close()

    def close(self) -> None:
        """Tell nobody any more."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(pj.listeners_told_descriptor())
        self._loop = None
        for number in list(self._open):
            self.remove(number)

    def _tell(self) -> None:
        for number in pj.listeners_told():
            if (heard := self._open.get(ListenerId(number))) is not None:
                heard.tell()
