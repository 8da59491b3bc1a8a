"""Calls that speak Opus, and what comes to their far ends, packet by packet."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from engine.ports import MediaChanged
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.sip.conftest import Line, Watch
from tests.sip.raw_calls import in_a_call

OPUS: Final = 96


@asynccontextmanager
async def opus_call(line: Line, parameters: str = "") -> AsyncIterator[tuple[Watch, RawRtp]]:
    """An answered call, and what comes to it."""
    async with AsyncExitStack() as stack:
        rtp = stack.enter_context(RawRtp())
        caller = await stack.enter_async_context(raw_caller(line.port))
        offer = audio(rtp.port).partition("m=")[0] + (
            f"m=audio {rtp.port} RTP/AVP {OPUS}\r\na=rtpmap:{OPUS} opus/48000/2\r\n{parameters}"
        )
        call = await in_a_call(line, caller, offer)
        await call.sees(MediaChanged)
        yield call, rtp
        await call.leg.hang_up()
        await call.ends()
