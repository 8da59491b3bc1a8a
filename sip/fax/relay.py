"""Datagrams of UDPTL (ITU-T T.38 §9.1) from one far end to the other, as they are."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from random import randrange
from typing import Final

import structlog

from engine.errors import SipError
from engine.model.trunk import AddressFamily
from sip.config import ListenAddress

_LARGEST: Final = 65535
_AT_ONCE: Final = 32
"""Datagrams that are read before others have their turn."""

log = structlog.get_logger(__name__)


class FaxRelay:
    """Two sockets of ours, each with the far end of one leg; what comes in at one goes out by the other.

    A far end is where its description says until its first datagram has come, and from then on where that came from;
    datagrams from elsewhere are dropped. Bound on the SIP thread; `open` and `close` are called in asyncio's.
    """

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self._sockets = tuple(sockets)
        self._described: list[tuple[str, int] | None] = [None, None]
        self._heard: list[tuple[str, int] | None] = [None, None]
        self.received = [0, 0]
        """How many datagrams have come from each far end and gone to the other."""
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def bound(cls, places: Sequence[ListenAddress]) -> "FaxRelay":
        """Bind a free port of those of RTP at each of two addresses of ours. Raises SipError where there is none."""
        sockets: list[socket.socket] = []
        try:
            sockets.extend(map(_bound, places))
        except SipError:
            for made in sockets:
                made.close()
            raise
        return cls(sockets)

    def port(self, side: int) -> int:
        """Our port towards a far end; sides are 0 and 1."""
        return int(self._sockets[side].getsockname()[1])

    def reach(self, side: int, address: str, port: int) -> None:
        """Note where a far end is, as its description says."""
        try:
            self._described[side] = (str(ipaddress.ip_address(address)), port)
        except ValueError:
            log.info("fax_address_unread", address=address)  # a name is not looked up: its first datagram tells

    def open(self) -> None:
        """Begin to carry datagrams."""
        self._loop = asyncio.get_running_loop()
        for side, each in enumerate(self._sockets):
            self._loop.add_reader(each.fileno(), partial(self._read, side))

    def close(self) -> None:
        """Carry no more, and give the ports back."""
        for each in self._sockets:
            if self._loop is not None:
                self._loop.remove_reader(each.fileno())
            each.close()
        self._loop = None

    def _read(self, side: int) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram, (host, port, *_) = self._sockets[side].recvfrom(_LARGEST)
            except BlockingIOError:
                return
            except OSError as error:  # an earlier datagram was refused (ICMP): the far end may listen by now
                log.debug("fax_not_read", reason=str(error))
                return
            self._pass_on(side, datagram, (host, port))

    def _pass_on(self, side: int, datagram: bytes, source: tuple[str, int]) -> None:
        if self._heard[side] is None:
            self._heard[side] = source
        if self._heard[side] != source:
            return
        other = 1 - side
        target = self._heard[other] or self._described[other]
        if target is None:
            return
        try:
            self._sockets[other].sendto(datagram, target)
        except OSError as error:
            log.debug("fax_not_sent", reason=str(error))
            return
        self.received[side] += 1


def _bound(place: ListenAddress) -> socket.socket:
    ipv6 = place.family is AddressFamily.IPV6
    made = socket.socket(socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    for port in _ports(place.rtp_first_port, place.rtp_last_port):
        try:
            made.bind((place.host, port))
        except OSError:
            continue
        return made
    made.close()
    raise SipError(f"No port of {place.rtp_first_port} to {place.rtp_last_port} is free for a fax.")


def _ports(first: int, last: int) -> Iterator[int]:
    """The even ones, as RTP has them, from any on."""
    ports = range(first + first % 2, last + 1, 2)
    begin = randrange(len(ports)) if ports else 0
    yield from (*ports[begin:], *ports[:begin])
