"""Writing to the database on behalf of people who talk."""

from collections.abc import Coroutine
from typing import Any

import structlog

from engine.errors import StoreError

log = structlog.get_logger(__name__)


async def stored(writing: Coroutine[Any, Any, object]) -> None:
    """A database that fails must not harm those who talk."""
    try:
        await writing
    except StoreError as error:
        log.error("store_failed", error=str(error))
