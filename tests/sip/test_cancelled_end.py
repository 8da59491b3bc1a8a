"""A user agent ends its SIP thread whatever happens to whoever opens or closes it: a process can't end before."""

import asyncio
import threading
from contextlib import suppress

import pytest

from tests.peers.waiting import eventually
from tests.sip.conftest import OpenLine

pytestmark = pytest.mark.sip


def sip_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sip"]


async def test_the_thread_ends_when_whoever_closes_is_cancelled(open_line: OpenLine) -> None:
    async with open_line() as line:
        closing = asyncio.create_task(line.agent.close())
        await asyncio.sleep(0)

        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing

        await eventually(lambda: not sip_threads(), within_s=10, otherwise=lambda: "the SIP thread goes on")
