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


async def all_hear_all_others(*everybody: "Caller") -> None:
    """Wait until each hears each other, and see that nobody has heard himself; words have any tone now and then."""
    since = [each.ear.now_s for each in everybody]
    for each, from_s in zip(everybody, since, strict=True):
        for other in everybody:
            if other is not each:
                await each.ear.hears_in_all(other.hz, seconds=1.5, within_s=10, since_s=from_s)
    for each, from_s in zip(everybody, since, strict=True):
        assert not hears(each.ear.heard(from_s), each.hz, seconds=1), each.hz


@dataclass(slots=True)
class Caller:
    """Somebody in a conference, with a tone of its own."""

    hz: int
    ear: RtpEar
    far_end: Sipp
    call_id: str

    @property
    def node_address(self) -> str:
        """Where its sound goes to: the address of the node that has its call."""
        (answer, *_) = self.far_end.received("200 INVITE")
        assert answer.sdp is not None
        return answer.sdp.address

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
async def calling(
    telefoon: Platform, ports: Ports, *tones: int, host: str = "127.0.0.1", proxy: str = ""
) -> AsyncIterator[list[Caller]]:
    """Callers of NUMBER, each of whom sounds its tone.

    They are at `host`, and call by a proxy at the platform's SIP port of another address where one is named.
    """
    script = scenario(
        calls(sdp(address=host)), receives(100, optional=True), receives(180, optional=True),
        receives(200, keeps_route=True), acks(routed=bool(proxy)), gets_bye(),
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        callers = []
        for hz in tones:
            known = await _inbound(telefoon)
            ear = stack.enter_context(RtpEar(host=host))
            far_end = await stack.enter_async_context(
                sipp(
                    script, ports, target=telefoon.sip_port, service=NUMBER, keys={"ear": ear.port}, host=host,
                    target_host=proxy,
                )
            )  # fmt: skip
            ear.follow((await far_end.gets("200 INVITE")).sdp)
            ear.say(tone(hz, 2, dbov=-24), for_ever=True)
            callers.append(Caller(hz, ear, far_end, await _another(telefoon, known)))
            await asyncio.sleep(0.3)
        yield callers


async def _inbound(telefoon: Platform) -> set[str]:
    """The newest calls that came in."""
    return {each["id"] for each in (await telefoon.get("calls", direction="inbound"))["calls"]}


async def _another(telefoon: Platform, known: set[str]) -> str:
    """The call that has come in beside these, as soon as it is told of."""

    async def look() -> str | None:
        return next(iter(await _inbound(telefoon) - known), None)

    return await telefoon.happening.see(look, 10)
