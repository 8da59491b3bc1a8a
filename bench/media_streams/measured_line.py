"""A caller's sound that is timed: what it says is sent at known times, and each packet's arrival is the kernel's."""

import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import numpy as np

from tests.peers.audio import tone
from tests.peers.g711 import PCMA
from tests.peers.rtp import NotRtp, Packet

_STAMPS: Final = 35
"""SO_TIMESTAMPNS of Linux."""
_FRAME_S: Final = 0.02
_BUFFER: Final = 2048
LOUD: Final = 500
"""The mean amplitude of 20 ms from which on they are a burst."""
_QUIET: Final = b"\xd5" * 160
_BURST: Final = PCMA.encode(tone(1000, _FRAME_S, dbov=-12, rate_hz=8000).pcm)


@dataclass(frozen=True, slots=True)
class Heard:
    """A packet: when it came (s, Unix), and whether it sounds."""

    at_s: float
    loud: bool


def is_loud(samples: np.ndarray[tuple[int], np.dtype[np.int16]], over: int = LOUD) -> bool:
    """Whether 20 ms of sound are louder than that, as a burst's are."""
    return bool(np.abs(samples.astype(np.int32)).mean() > over)


class MeasuredLine:
    """A media port in A-law: one thread sends every 20 ms, and another reads, while inside.

    A packet is loud whose mean amplitude is over `loud_over`.
    """

    def __init__(self, loud_over: int = LOUD) -> None:
        self._loud_over = loud_over
        self.heard: list[Heard] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
        self._far_end: tuple[str, int] | None = None
        self._waiting: deque[bytes] = deque()
        self._began: list[float] = []
        self.last_loud_s = 0.0
        """When the last packet that sounds was sent (s, Unix)."""
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._send, self._read)]

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def bursts_s(self) -> list[float]:
        """When the first packet of each burst was sent (s, Unix)."""
        return list(self._began)

    def aim(self, port: int) -> None:
        """Send to this port of loopback from now on."""
        self._far_end = ("127.0.0.1", port)

    def burst(self, seconds: float) -> None:
        """Sound for so long."""
        self.say([_BURST] * round(seconds / _FRAME_S))

    def say(self, payloads: Iterable[bytes]) -> None:
        """Send these frames of 20 ms in A-law, after what still waits."""
        self._waiting.extend(payloads)

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for each in self._threads:
            each.join()
        self._socket.close()

    def _send(self) -> None:
        began_s, number, sounds = time.monotonic(), 0, False
        while not self._closing.wait(max(0.0, began_s + number * _FRAME_S - time.monotonic())):
            at = number
            number += 1
            if self._far_end is None:
                continue
            payload = self._waiting.popleft() if self._waiting else _QUIET
            loud = self._is_loud(payload)
            if loud:
                self.last_loud_s = time.time()
                if not sounds:
                    self._began.append(self.last_loud_s)
            sounds = loud
            packet = Packet(PCMA.payload_type, at & 0xFFFF, at * len(_QUIET) & 0xFFFFFFFF, 7, payload)
            self._socket.sendto(packet.bytes(), self._far_end)

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while not self._closing.is_set():
                if selector.select(0.1):
                    self._take(*self._socket.recvmsg(_BUFFER, socket.CMSG_SPACE(16))[:2])

    def _take(self, datagram: bytes, extra: list[tuple[int, int, bytes]]) -> None:
        try:
            packet = Packet.read(datagram)
        except NotRtp:
            return
        if packet.payload_type != PCMA.payload_type:
            return  # a report to the line below
        for level, kind, data in extra:
            if (level, kind) == (socket.SOL_SOCKET, _STAMPS):
                seconds, nanoseconds = struct.unpack("qq", data[:16])
                self.heard.append(Heard(seconds + nanoseconds / 1e9, self._is_loud(packet.payload)))

    def _is_loud(self, payload: bytes) -> bool:
        return is_loud(PCMA.decode(payload), self._loud_over)
