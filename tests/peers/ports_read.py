"""Media ports of many far ends on loopback, read by one thread while inside."""

import selectors
import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

_LOOK_S: Final = 0.1


class MediaPort(Protocol):
    """A far end's media port; its socket is closed with all others."""

    socket: socket.socket


P = TypeVar("P", bound=MediaPort)


class PortsRead(Generic[P]):
    """Some of them; `take` takes what has come to one, until there is no more."""

    def __init__(self, ports: Sequence[P], take: Callable[[P], None]) -> None:
        self.all: Sequence[P] = ports
        self._take = take
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        for each in self.all:
            each.socket.close()

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            for each in self.all:
                selector.register(each.socket, selectors.EVENT_READ, each)
            while not self._closing.is_set():
                for ready, _ in selector.select(_LOOK_S):
                    self._take(ready.data)


def media_socket() -> socket.socket:
    """A socket at a free port, with room for what comes while nobody reads; it never waits."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.setblocking(False)
    return made
