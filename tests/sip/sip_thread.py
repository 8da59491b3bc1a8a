"""Holds up the SIP thread, as if this machine had too much to do."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.sip.conftest import Line


@asynccontextmanager
async def standing_still(line: Line) -> AsyncIterator[None]:
    """Let the SIP thread do nothing meanwhile, and take all that has come by then in one turn."""
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert released.wait(30)

    line.agent._thread.later(hold)
    await asyncio.to_thread(held.wait)
    try:
        yield
    finally:
        released.set()
