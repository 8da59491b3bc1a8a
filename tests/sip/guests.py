"""Answered calls whose far ends sound a tone each, and what each of them hears of the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from engine.ports import Answered, LegId, MediaChanged
from tests.peers.audio import hears, tone, tone_level
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import Sipp, sipp
from tests.sip.conftest import Line, Watch, dial

TONES = (400, 700, 1000, 1300)


@dataclass(slots=True)
class Guest:
    """A leg with a telephone of its own tone."""

    hz: int
    ear: RtpEar
    call: Watch
    far_end: Sipp

    @property
    def leg(self) -> LegId:
        return self.call.leg.id

    async def hears_of(self, others: Sequence["Guest"], *, for_s: float = 1.2) -> set[int]:
        """The tones among those of `others` that it hears from now on."""
        since = self.ear.now_s
        await asyncio.sleep(for_s)
        heard = self.ear.heard(since)
        return {each.hz for each in others if hears(heard, each.hz, seconds=0.6)}

    async def level_of(self, hz: float) -> float:
        """In dBov, from now on for a second."""
        since = self.ear.now_s
        await asyncio.sleep(1.2)
        return tone_level(self.ear.heard(since), hz)


@asynccontextmanager
async def guests(line: Line, ports: Ports, count: int) -> AsyncIterator[list[Guest]]:
    """Answered calls, each of which sounds its tone for ever."""
    async with AsyncExitStack() as stack:
        arrived = []
        for hz in TONES[:count]:
            ear = stack.enter_context(RtpEar())
            script = scenario(is_called(), gets_bye())
            far_end = await stack.enter_async_context(sipp(script, ports, keys={"ear": ear.port}))
            call = await dial(line, far_end.port)
            await call.sees(Answered)
            await call.sees(MediaChanged)
            ear.follow((await far_end.gets("INVITE")).sdp)
            ear.say(tone(hz, 2, dbov=-24), for_ever=True)
            arrived.append(Guest(hz, ear, call, far_end))
        yield arrived
        for guest in arrived:
            await guest.call.leg.hang_up()
            await guest.call.ends()
