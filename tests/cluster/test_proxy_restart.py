"""Kamailio is started anew amid calls with sound: they are heard all the time, are changed afterwards, and end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from tests.peers.audio import tone
from tests.peers.cluster import Cluster, cluster
from tests.peers.customer import customer
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.sip_message import Sdp

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

ECHO: Final = "<Response><Echo/></Response>"
AWAY_S: Final = 3.0


@dataclass(slots=True)
class Talking:
    """A caller by Kamailio whose voice comes back."""

    caller: RawCaller
    ear: RtpEar
    hz: int

    async def hears_itself(self) -> None:
        await self.ear.hears_in_all(self.hz, seconds=1, within_s=10, since_s=self.ear.now_s)

    async def moves_to(self, ear: RtpEar) -> None:
        """Have the sound come to another port, by a re-INVITE."""
        answer = await self.caller.asks_until_free(audio(ear.port, host=self.caller.host))
        assert answer.code == 200, answer
        self.ear = ear
        speaks(ear, answer.sdp, self.hz)


@asynccontextmanager
async def talking(nodes: Cluster, hz: int) -> AsyncIterator[Talking]:
    outside, proxy = nodes.subnet.outside, nodes.subnet.sip_proxy
    async with raw_caller(nodes.front.sip_port, outside, proxy) as caller:
        with RtpEar(host=outside) as ear:
            caller.routed = True
            answer = await caller.asks("INVITE", body=audio(ear.port, host=outside))
            assert answer.code == 200, answer
            speaks(ear, answer.sdp, hz)
            yield Talking(caller, ear, hz)


def speaks(ear: RtpEar, sdp: Sdp | None, hz: int) -> None:
    """Sound a tone to where an answer says."""
    ear.follow(sdp)
    ear.say(tone(hz, 2, dbov=-20), for_ever=True)


async def test_calls_sound_on_are_changed_and_end_as_ever(ports: Ports) -> None:
    async with cluster() as nodes, customer(nodes.subnet.outside, echo=ECHO) as shop:
        (number,) = (await nodes.front.get("numbers"))["numbers"]
        await nodes.front.patch(f"numbers/{number['id']}", {"url": shop.url("/echo")})
        async with talking(nodes, 400) as first, talking(nodes, 620) as second:
            both = (first, second)
            assert len({each.caller.remote_target for each in both}) == 2
            await asyncio.gather(*(each.hears_itself() for each in both))

            nodes.proxy.program.end()
            await asyncio.sleep(AWAY_S)
            await asyncio.gather(*(each.hears_itself() for each in both))
            await asyncio.to_thread(nodes.proxy.program.start)

            with RtpEar(host=nodes.subnet.outside) as one, RtpEar(host=nodes.subnet.outside) as another:
                for each, ear in zip(both, (one, another), strict=True):
                    await each.moves_to(ear)
                await asyncio.gather(*(each.hears_itself() for each in both))

                assert (await first.caller.asks("BYE")).code == 200
                (others,) = await going_on(nodes, 1)
                hanging_up = asyncio.create_task(nodes.front.delete(f"calls/{others}"))
                second.caller.respond(await second.caller.is_asked("BYE"), "200 OK")
                await hanging_up
        await going_on(nodes, 0)
        ended = (await nodes.front.get("calls"))["calls"]
        assert [each["status"] for each in ended] == ["completed"] * 2


async def going_on(nodes: Cluster, many: int) -> list[str]:
    """The calls in progress, once there are so many."""

    async def look() -> list[str] | None:
        found = [each["id"] for each in (await nodes.front.get("calls", status="in-progress"))["calls"]]
        return found if len(found) == many else None

    return await nodes.front.happening.see(look, 15)
