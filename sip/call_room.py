"""How many calls there is room for at once: by the ports of RTP, by the library, and by the files that may be open."""

from collections.abc import Iterable
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from typing import Final

from engine.ports import CallRoom
from sip.config import ListenAddress
from sip.library_limits import NEEDED

MAX_CALLS: Final = NEEDED["PJSUA_MAX_CALLS"]
"""Calls that the library is built for."""
HANDLES_PER_CALL: Final = 5
"""RTP, RTCP, a prompt, a recording's two tracks."""
HANDLES_AT_REST: Final = 200


class RoomForCalls:
    """What a node has of that which each call takes one of; what runs out first is the room. On any thread."""

    def __init__(self, places: Iterable[ListenAddress]) -> None:
        """`places` are where media are bound."""
        first, last = min((each.rtp_first_port, each.rtp_last_port) for each in places)
        self._calls = _room(MAX_CALLS, "calls that the SIP library has")
        self._pairs = _room(pairs_between(first, last), f"pairs of RTP ports ({first} to {last})")
        self._handles = _room(
            calls_of_handles(getrlimit(RLIMIT_NOFILE)[0]), "calls that the limit of open files (ulimit -n) allows"
        )
        self._pairs_of_others = 0

    def others_hold(self, pairs: int) -> None:
        """So many pairs of ports are taken by others than calls."""
        self._pairs_of_others = pairs

    def left(self, calls: int) -> CallRoom:
        """The room that so many calls leave."""
        pairs = self._pairs.less(calls + self._pairs_of_others)
        return min(self._calls.less(calls), pairs, self._handles.less(calls), key=lambda room: room.free)


def pairs_between(first: int, last: int) -> int:
    """How many calls have a port for RTP, and the next one for RTCP, in a range from an even port on."""
    return max(0, last - first + 1) // 2


def calls_of_handles(limit: int) -> int:
    """How many calls there may be where so many files and sockets may be open."""
    if limit == RLIM_INFINITY:
        return MAX_CALLS
    return max(0, limit - HANDLES_AT_REST) // HANDLES_PER_CALL


def _room(total: int, of: str) -> CallRoom:
    return CallRoom(total, total, of)
