"""Answered calls whose far ends sound a tone each, and what each of them hears of the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from engine.ports import Answered, LegId, MediaChanged, MixedRoom
from tests.peers.audio import hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import LONGEST_S, Sipp, sipp
from tests.peers.waiting import eventually, within
from tests.sip.conftest import Line, Watch, dial

TONES = (400, 700, 1000, 1300, 1600, 1900)


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

    def told(self) -> str:
        """What has happened on its leg, and what its far end has said and got."""
        return f"{self.call.seen}; {self.far_end.story()}"

    async def hears_of(
        self, others: Sequence["Guest"], *, wanted: Sequence["Guest"] = (), seconds: float = 0.6
    ) -> set[int]:
        """The tones among those of `others` that it hears from now on, for twice `seconds` at least.

        Those of `wanted` are waited for; any other is heard if it is there for 0.2 s.
        """
        since = self.ear.now_s

        def heard(guest: Guest, least_s: float) -> bool:
            return hears(self.ear.heard(since), guest.hz, seconds=least_s)

        await asyncio.sleep(2 * seconds)
        await eventually(
            lambda: all(heard(guest, seconds) for guest in wanted),
            within_s=10,
            otherwise=lambda: f"{[each.hz for each in wanted if not heard(each, seconds)]} at {self.hz} Hz",
        )
        return {each.hz for each in others if heard(each, 0.2)}


async def hear(everybody: Sequence[Guest], wanted: Sequence[Sequence[Guest]]) -> None:
    """Each of them hears exactly those that are wanted of it, of all."""
    heard = await asyncio.gather(
        *(guest.hears_of(everybody, wanted=each) for guest, each in zip(everybody, wanted, strict=True))
    )
    assert heard == [{guest.hz for guest in each} for each in wanted]


async def talk(room: MixedRoom, talking: Sequence[Guest]) -> None:
    """Wait until those who talk in a room are exactly these."""
    async with within(5):
        while await room.talking() != {guest.leg for guest in talking}:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def guests(line: Line, ports: Ports, count: int, *, longest_s: int = LONGEST_S) -> AsyncIterator[list[Guest]]:
    """Answered calls, each of which sounds its tone for ever; their far ends answer for `longest_s`."""
    async with AsyncExitStack() as stack:
        arrived = []
        for hz in TONES[:count]:
            ear = stack.enter_context(RtpEar())
            script = scenario(is_called(), gets_bye())
            far_end = await stack.enter_async_context(sipp(script, ports, keys={"ear": ear.port}, longest_s=longest_s))
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
