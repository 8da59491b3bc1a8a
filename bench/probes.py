"""Callers that measure when audio arrives: the kernel stamps each packet, so that a busy Python changes nothing."""

import itertools
import socket
import struct
from dataclasses import dataclass, field
from typing import Final

from tests.peers.ports_read import PortsRead, media_socket

_STAMPS: Final = 35
"""SO_TIMESTAMPNS of Linux, on the machines that we measure on; a time of 16 bytes comes with each packet."""
_BUFFER: Final = 2048


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


class Probes(PortsRead[Probe]):
    """Some of them, read by one thread while inside."""

    def __init__(self, number: int) -> None:
        super().__init__([Probe(_stamped()) for _ in range(number)], _take)


def _stamped() -> socket.socket:
    made = media_socket()
    made.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
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
