"""Callers that measure when audio arrives: the kernel stamps each packet, so that a busy Python changes nothing."""

import itertools
import selectors
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

_STAMPS: Final = 35
"""SO_TIMESTAMPNS of Linux, on the machines that we measure on; a time of 16 bytes comes with each packet."""
_BUFFER: Final = 2048
_LOOK_S: Final = 0.1


@dataclass(slots=True)
class Probe:
    """A media port; `arrivals_s` are the times of its packets."""

    socket: socket.socket
    arrivals_s: list[float] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def gaps_ms(self, since_s: float, until_s: float = float("inf")) -> list[float]:
        """Between one packet and the next; 20 ms where all is well."""
        times = [at for at in self.arrivals_s if since_s <= at <= until_s]
        return [(later - earlier) * 1000 for earlier, later in itertools.pairwise(times)]


class Probes:
    """Some of them, read by one thread while inside."""

    def __init__(self, number: int) -> None:
        self.all: Sequence[Probe] = [Probe(_bound()) for _ in range(number)]
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
        for probe in self.all:
            probe.socket.close()

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            for probe in self.all:
                selector.register(probe.socket, selectors.EVENT_READ, probe)
            while not self._closing.is_set():
                for ready, _ in selector.select(_LOOK_S):
                    _take(ready.data)


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.setblocking(False)
    return made


def _take(probe: Probe) -> None:
    while True:
        try:
            _, extra, _, _ = probe.socket.recvmsg(_BUFFER, socket.CMSG_SPACE(16))
        except BlockingIOError:
            return
        for level, kind, data in extra:
            if (level, kind) == (socket.SOL_SOCKET, _STAMPS):
                seconds, nanoseconds = struct.unpack("qq", data[:16])
                probe.arrivals_s.append(seconds + nanoseconds / 1e9)
