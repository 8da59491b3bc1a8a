"""Callers of the platform that each sound a tone of their own and tell whom they hear."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from tests.peers.audio import hears, tone
from tests.peers.ear import RtpEar
from tests.peers.platform import NUMBER, Platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, calls, gets_bye, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp

_LISTENS_S: Final = 1.2
_HEARS_S: Final = 0.6


async def count(telefoon: Platform, name: str) -> int | None:
    """How many are in the conference of this name; None once it is over."""
    found = (await telefoon.get("conferences", friendly_name=name, status="in-progress"))["conferences"]
    return found[0]["participant_count"] if found else None


async def has(telefoon: Platform, name: str, wanted: int | None, *, within_s: float) -> None:
    """Wait until so many are in it."""
    seen: list[int | None] = []

    async def look() -> bool | None:
        seen.append(await count(telefoon, name))
        return seen[-1] == wanted or None

    try:
        await telefoon.happening.see(look, within_s)
    except TimeoutError:
        raise AssertionError(f"{seen[-1]} are in it, not {wanted}, after {within_s:g} s") from None


@dataclass(slots=True)
class Caller:
    """Somebody in a conference, with a tone of its own."""

    hz: int
    ear: RtpEar
    far_end: Sipp
    call_id: str

    async def hears(self, *others: "Caller", never: Sequence["Caller"] = ()) -> None:
        """Wait until it has heard the others from now on, and those of `never` not meanwhile, for a second at least."""
        since = self.ear.now_s
        await asyncio.sleep(_LISTENS_S)
        for each in others:
            await self.ear.hears_in_all(each.hz, seconds=_HEARS_S, within_s=10, since_s=since)
        heard = self.ear.heard(since)
        wrong = [each.hz for each in never if hears(heard, each.hz, seconds=_HEARS_S)]
        assert not wrong, f"the caller with {self.hz} Hz hears {wrong} Hz"

    async def level_of(self, other: "Caller") -> float:
        """The level in dBov of a second from now on."""
        return await self.ear.level_of(other.hz)


@asynccontextmanager
async def calling(telefoon: Platform, ports: Ports, *tones: int) -> AsyncIterator[list[Caller]]:
    """Callers of NUMBER, each of whom sounds its tone."""
    script = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(), gets_bye(),
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        callers = []
        for hz in tones:
            ear = stack.enter_context(RtpEar())
            far_end = await stack.enter_async_context(
                sipp(script, ports, target=telefoon.sip_port, service=NUMBER, keys={"ear": ear.port})
            )
            ear.follow((await far_end.gets("200 INVITE")).sdp)
            ear.say(tone(hz, 2, dbov=-24), for_ever=True)
            call = await telefoon.newest_call(direction="inbound")
            callers.append(Caller(hz, ear, far_end, call["id"]))
            await asyncio.sleep(0.3)
        yield callers
