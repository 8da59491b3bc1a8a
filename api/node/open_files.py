"""How many files and sockets this process may have open."""

from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Final

from sip.call_room import HANDLES_AT_REST, HANDLES_PER_CALL, MAX_CALLS

WANTED: Final = HANDLES_AT_REST + MAX_CALLS * HANDLES_PER_CALL
"""For as many calls as the SIP library has."""


def raise_limit() -> None:
    """Allow this process as many as all calls need, or as its hard limit lets it; the soft one is mostly 1024."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    most = WANTED if hard == RLIM_INFINITY else min(WANTED, hard)
    if soft != RLIM_INFINITY and soft < most:
        setrlimit(RLIMIT_NOFILE, (most, hard))
