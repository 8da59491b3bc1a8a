"""Finds out whether the SIP library is the one that this project builds."""

import importlib
from collections.abc import Sequence

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import SetupError
from sip.library_limits import REBUILD, require_limits


async def check(_settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The library and its limits."""
    try:
        require_limits()
    except SetupError as error:
        return [Finding("SIP library", False, str(error).removesuffix(REBUILD).strip(), REBUILD)]
    record = importlib.import_module("pjsua2_build")
    return [Finding("SIP library", True, f"pjsua2 {record.VERSION}, room for {record.LIMITS['PJSUA_MAX_CALLS']} calls")]
