"""What happens on all media streams, told by the native side as a list behind one descriptor for the node."""

import asyncio
from collections.abc import Callable

import pjsua2 as pj

from engine.ports import MessageUnread, StreamEnded, StreamEvent, StreamId, StreamOpened

Tell = Callable[[StreamEvent], None]


class StreamNews:
    """Tells each stream what has happened on it, in asyncio's thread."""

    def __init__(self) -> None:
        self._told: dict[StreamId, Tell] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def listen(self, stream: StreamId, tell: Tell) -> None:
        """Have `tell` called with each event of a stream, to StreamEnded."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(pj.streams_told_descriptor(), self._take)
        self._told[stream] = tell

    def forget(self, stream: StreamId) -> None:
        """Tell of this one no more."""
        self._told.pop(stream, None)

    def close(self) -> None:
        """Look at the list no more."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(pj.streams_told_descriptor())
        self._loop = None
        self._told.clear()

    def _take(self) -> None:
        for news in pj.streams_told():
            stream = StreamId(news.stream)
            if (tell := self._told.get(stream)) is None:
                continue
            event = event_of(news)
            if isinstance(event, StreamEnded):
                self.forget(stream)
            tell(event)


def event_of(news: pj.StreamTold) -> StreamEvent:
    """An event in the engine's words."""
    match news.kind:
        case pj.StreamTold.OPENED:
            return StreamOpened()
        case pj.StreamTold.ENDED:
            return StreamEnded(int(news.code), str(news.text))
        case _:
            return MessageUnread(str(news.text))
