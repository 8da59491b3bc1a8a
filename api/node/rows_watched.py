"""Rows that any program may change, looked at again and again for as long as the node runs."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from engine.errors import TelefoonError
from engine.ports import Clock

LOOK_S: Final = 1.0
"""How often rows are asked whether any has come, gone or changed."""

log = structlog.get_logger(__name__)


async def keep_looking(look: Callable[[], Awaitable[None]], clock: Clock, failed: str) -> None:
    """Look once a second; where that fails, a warning of the name `failed` says why."""
    while True:
        await clock.sleep(LOOK_S)
        try:
            await look()
        except TelefoonError as error:
            log.warning(failed, reason=str(error), again_in_s=LOOK_S)
