"""Whether a client takes what is sent to it: by what its machine has acknowledged (TCP), not by what we wrote."""

import socket
import struct
from dataclasses import dataclass
from typing import Final

LEAST_BYTES: Final = 16 * 1024
_BYTES_ACKED: Final = struct.Struct("=120xQ")
"""Where tcpi_bytes_acked is in struct tcp_info of <linux/tcp.h>, since Linux 4.1."""


def acknowledged_bytes(connection: socket.socket) -> int:
    """How much the far end has taken since the connection began."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_ACKED.size)
    return int(_BYTES_ACKED.unpack(info)[0])


@dataclass(slots=True)
class ReadingPace:
    """A reader is too slow that has taken less than LEAST_BYTES in `within_s` seconds, with more waiting for it."""

    within_s: float
    _since_s: float | None = None
    _taken: int = 0

    def is_too_slow(self, now_s: float, taken: int, waiting: int) -> bool:
        """What it has taken by now in all, and what waits for it, in bytes. To be asked again and again."""
        if not waiting:
            self._since_s = None
            return False
        if self._since_s is None or taken - self._taken >= LEAST_BYTES:
            self._since_s, self._taken = now_s, taken
        return now_s - self._since_s >= self.within_s
