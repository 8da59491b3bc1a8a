"""Calls of far ends that send exactly what a test writes."""

import asyncio

from tests.peers.raw_caller import RawCaller, audio
from tests.sip.conftest import Line, Watch


async def in_a_call(line: Line, caller: RawCaller, offer: str = audio(), *headers: str) -> Watch:
    """A call that was answered."""
    asking = asyncio.create_task(caller.asks("INVITE", *headers, body=offer))
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.answer()
    assert (await asking).code == 200
    return call
