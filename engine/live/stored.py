"""Writing to the database on behalf of people who talk."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from engine.errors import StoreError, Unstorable
from engine.ports import Clock

_FIRST_RETRY_S: Final = 0.2
_LAST_RETRY_S: Final = 5.0

log = structlog.get_logger(__name__)


async def stored(writing: Coroutine[Any, Any, object]) -> None:
    """A database that fails must not harm those who talk."""
    try:
        await writing
    except StoreError as error:
        log.error("store_failed", error=str(error))


async def until_stored(write: Callable[[], Awaitable[object]], clock: Clock) -> None:
    """As often as it takes, with growing pauses: a database that fails is well again some time.

    What can never be stored, and what nobody foresaw, is told in the log and left: others wait behind it.
    """
    wait_s = _FIRST_RETRY_S
    while True:
        try:
            await write()
        except Unstorable as error:
            log.error("never_stored", error=str(error))
            return
        except StoreError as error:
            log.error("store_failed", error=str(error), again_in_s=wait_s)
            await clock.sleep(wait_s)
            wait_s = min(2 * wait_s, _LAST_RETRY_S)
        except Exception:
            log.exception("storing_crashed")
            return
        else:
            return
