"""Whether this process may open as many files and sockets as calls need."""

import resource
from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.open_files import WANTED
from config.settings import Settings
from sip.call_room import MAX_CALLS, calls_of_handles

LEAST_CALLS: Final = 50


async def check(_settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The hard limit, to which a node raises its own; it counts for programs started from this shell."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return [of_limit(WANTED if hard == resource.RLIM_INFINITY else hard)]


def of_limit(limit: int) -> Finding:
    """What a limit means."""
    calls = calls_of_handles(limit)
    detail = f"{limit} may be open: enough for {min(calls, MAX_CALLS)} calls at once"
    advice = f"For {MAX_CALLS} calls run `ulimit -n {WANTED}` before the start, or set LimitNOFILE={WANTED} in systemd."
    return Finding("File handles", calls >= LEAST_CALLS, detail, "" if calls >= MAX_CALLS else advice)
