"""Whether this process may open as many files and sockets as calls need."""

import resource
from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings

HANDLES_PER_CALL: Final = 5  # RTP, RTCP, a prompt, a recording's two tracks
HANDLES_AT_REST: Final = 200
LEAST_CALLS: Final = 50
ALL_CALLS: Final = 1024


async def check(_settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The soft limit, which counts for programs started from this shell."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return [of_limit(ALL_CALLS * HANDLES_PER_CALL + HANDLES_AT_REST if soft == resource.RLIM_INFINITY else soft)]


def of_limit(limit: int) -> Finding:
    """What a limit means."""
    calls = max(0, (limit - HANDLES_AT_REST) // HANDLES_PER_CALL)
    detail = f"{limit} may be open: enough for {min(calls, ALL_CALLS)} calls at once"
    wanted = ALL_CALLS * HANDLES_PER_CALL + HANDLES_AT_REST
    advice = f"For {ALL_CALLS} calls run `ulimit -n {wanted}` before the start, or set LimitNOFILE={wanted} in systemd."
    return Finding("File handles", calls >= LEAST_CALLS, detail, "" if calls >= ALL_CALLS else advice)
