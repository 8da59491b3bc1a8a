"""Media ports of many far ends that only listen: every packet is kept, read by one thread."""

import itertools
import socket
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tests.peers.g711 import PCMA
from tests.peers.ports_read import PortsRead, media_socket
from tests.peers.rtp import Packet

_BUFFER: Final = 2048
_FRAME: Final = 160
_OF_RTCP: Final = range(192, 224)
"""Second bytes by which RTCP is told from RTP (RFC 5761 section 4): a neighbour's comes to the port after its own."""
_LOUD: Final = 500
"""The mean amplitude from which on 20 ms of a tone are heard as one."""


@dataclass(slots=True)
class Listener:
    """A far end's media port, and all that came to it."""

    socket: socket.socket
    came: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def gaps(self, since: int, until: int) -> list[str]:
        """What is missing of a tone in the packets from one number to another: none may be lost, late or quiet."""
        packets = [Packet.read(each) for each in self.came[since:until]]
        found = []
        for number, (one, other) in enumerate(itertools.pairwise(packets)):
            if (other.sequence - one.sequence) & 0xFFFF != 1:
                found.append(f"packet {number}: {one.sequence} and then {other.sequence}")
            if (other.timestamp - one.timestamp) & 0xFFFFFFFF != _FRAME:
                found.append(f"packet {number}: {(other.timestamp - one.timestamp) & 0xFFFFFFFF} samples on")
        sound = PCMA.decode(b"".join(each.payload for each in packets)).astype(np.int32)
        levels = np.abs(sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)).mean(axis=1)
        return found + [f"packet {number} is quiet" for number in np.flatnonzero(levels < _LOUD)]


class Listeners(PortsRead[Listener]):
    """So many of them, while inside."""

    def __init__(self, number: int) -> None:
        super().__init__([Listener(media_socket()) for _ in range(number)], _take)


def _take(listener: Listener) -> None:
    while True:
        try:
            came = listener.socket.recv(_BUFFER)
        except BlockingIOError:
            return
        if came[1] not in _OF_RTCP:
            listener.came.append(came)
