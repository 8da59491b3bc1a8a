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


def all_room(places: Iterable[ListenAddress]) -> CallRoom:
    """The room of a node without calls, by what runs out first. `places` are where media are bound."""
    first, last = min((each.rtp_first_port, each.rtp_last_port) for each in places)
    return min(
        _room(MAX_CALLS, "calls that the SIP library has"),
        _room(pairs_between(first, last), f"pairs of RTP ports ({first} to {last})"),
        _room(calls_of_handles(getrlimit(RLIMIT_NOFILE)[0]), "calls that the limit of open files (ulimit -n) allows"),
        key=lambda room: room.total,
    )


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
