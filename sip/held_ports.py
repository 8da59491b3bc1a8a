"""Ports of RTP that are taken on this machine, whoever has them: faxes of ours, and other programs."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

import structlog

from sip.call_room import RoomForCalls
from sip.config import ListenAddress

LOOK_S: Final = 2.0
_SOCKETS: Final = (Path("/proc/self/net/udp"), Path("/proc/self/net/udp6"))

log = structlog.get_logger(__name__)


class PortWatch:
    """Tells the room for calls how many pairs of ports others hold. Belongs to asyncio's thread."""

    def __init__(self, places: Iterable[ListenAddress], room: RoomForCalls, calls: Callable[[], int]) -> None:
        """`places` are where media are bound, `calls` of ours hold a pair each."""
        self._places = tuple(places)
        self._room = room
        self._calls = calls
        self._told = False

    async def run(self) -> None:
        """Look again and again, for as long as the node runs."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once; full for the sake of others is a line of the log, and only one until there is room again."""
        calls = self._calls()
        try:
            taken = await asyncio.to_thread(lambda: len(taken_pairs(self._places, _lines())))
        except OSError as error:
            log.error("ports_not_seen", error=str(error))
            return
        self._room.others_hold(max(0, taken - calls))
        full = self._room.left(calls).is_full and taken > calls
        if full and not self._told:
            log.warning("rtp_ports_held_by_others", pairs=taken - calls, calls=calls)
        self._told = full


def taken_pairs(places: Iterable[ListenAddress], lines: Iterable[str]) -> frozenset[int]:
    """The first ports of pairs of which a call can't have both, by lines of /proc/net/udp and udp6."""
    places = tuple(places)
    blocking = {written for place in places for written in _blocking(ip_address(place.host))}
    wildcard = any(ip_address(place.host).is_unspecified for place in places)
    first, last = min((place.rtp_first_port, place.rtp_last_port) for place in places)
    taken = set()
    for line in lines:
        address, _, port = line.split(maxsplit=2)[1].partition(":")
        number = int(port, 16)
        if first <= number <= last and (wildcard or address in blocking):
            taken.add(number - number % 2)
    return frozenset(taken)


def _blocking(address: IPv4Address | IPv6Address) -> Iterator[str]:
    """The addresses, as the kernel writes them, that a socket may have which keeps others from a port of this one."""
    yield _written(address)
    yield _written(IPv6Address(0))
    if address.version == 4:
        yield _written(IPv4Address(0))


def _written(address: IPv4Address | IPv6Address) -> str:
    packed = address.packed
    words = (int.from_bytes(packed[at : at + 4], sys.byteorder) for at in range(0, len(packed), 4))
    return "".join(f"{word:08X}" for word in words)


def _lines() -> Iterator[str]:
    for path in _SOCKETS:
        with path.open(encoding="ascii") as file:
            next(file, None)  # its heading
            yield from file
