"""Calls whose far end has an ear: what it is sent can be listened to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.ports import Answered, MediaChanged
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, Watch, dial


@asynccontextmanager
async def called(line: Line, ports: Ports, ear: RtpEar) -> AsyncIterator[Watch]:
    """A call that was answered by a far end with this ear."""
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.sees(MediaChanged)
        ear.follow((await far_end.gets("INVITE")).sdp)
        yield call
        await call.leg.hang_up()
        await call.ends()
