"""Rows that any program may change, looked at again and again for as long as the node runs."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from engine.aio.change_notifier import ChangeNotifier, set_within
from engine.errors import TelefoonError

LOOK_S: Final = 1.0
"""How often rows are asked whether any has come, gone or changed, where nobody rings."""

log = structlog.get_logger(__name__)


async def keep_looking(
    look: Callable[[], Awaitable[None]], bell: ChangeNotifier, failed: str, every_s: float = LOOK_S
) -> None:
    """Look when the bell rings, and every so many seconds; where that fails, a warning named `failed` says why."""
    ring = bell.next_ring
    while True:
        await set_within(ring, every_s)
        ring = bell.next_ring
        try:
            await look()
        except TelefoonError as error:
            log.warning(failed, reason=str(error), again_in_s=every_s)
