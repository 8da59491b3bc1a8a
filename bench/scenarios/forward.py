"""What it costs that a call is another node's: a request passed on, an event told elsewhere, and PostgreSQL's work.

Requests go to the call's own node and to the other by turns, so that both meet the same machine. What a call takes of
PostgreSQL is what it did while calls came, less what it does in as much time for two nodes without any.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.crowds import called
from bench.database_server import Work, database_server, work_of, work_of_call
from bench.event_readers import StreamReader, reading
from bench.scenario import Place, Scenario
from bench.scripts import is_called, is_hung_up_on, script
from bench.statistics import percentile, percentiles
from bench.web import Web, serving
from tests.peers.nodes import nodes
from tests.peers.platform import Platform

ASKED: Final = 400
"""Requests of each kind to each node."""
CALLS: Final = 60
APART_S: Final = 0.1
_BRIEFLY: Final = 10
_TO: Final = "+3225550199"
_STAYS: Final = "<Response><Pause length='600'/></Response>"
_GOES: Final = "<Response><Pause length='1'/></Response>"
_SETTINGS: Final = {"RTP_SILENCE_S": "0"}
"""Who is called sends no sound."""
_ASKED_OF_A_CALL: Final = 5
"""A flow, and callbacks of four changes."""
_IDLE_S: Final = 10.0
_SETTLES_S: Final = 3.0
_LAST_S: Final = 30.0
_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two nodes of one database, with a trunk to whoever answers at once."""

    owner: Platform
    other: Platform
    web: Web
    url: str
    brief: bool

    async def measure(self, load: int) -> dict[str, float]:
        """`load` requests of each kind to each node."""
        count = _BRIEFLY if self.brief else load
        live = (await self.owner.place(_TO, flow=_STAYS))["id"]
        await self.owner.call_when(live, "in-progress")
        path = f"calls/{live}"

        async def changed(node: Platform, number: int) -> None:
            status, answer = await node.patch(path, {"mute": number % 2 == 0})
            if status != 200:
                raise RuntimeError(str(answer))

        figures = await self._by_turns("get", count, lambda node, _: node.get(path))
        figures |= await self._by_turns("patch", count, changed)
        await self.owner.delete(path)
        for node in (self.owner, self.other):
            await node.happening.end()  # a stream of events asks the database too
        figures |= await self._events()
        return figures | await self._work()

    async def _by_turns(
        self, name: str, count: int, ask: Callable[[Platform, int], Awaitable[object]]
    ) -> dict[str, float]:
        took_ms: dict[str, list[float]] = {"owner": [], "other": []}
        turns = [("owner", self.owner), ("other", self.other)]
        for number in range(count):
            for whose, node in turns if number % 2 else turns[::-1]:
                asked_s = time.perf_counter()
                await ask(node, number)
                took_ms[whose].append(1000 * (time.perf_counter() - asked_s))
        return forwarded(name, took_ms["owner"], took_ms["other"])

    async def _events(self) -> dict[str, float]:
        async with reading(self.owner.client) as near, reading(self.other.client) as far:
            await self._placed(_BRIEFLY if self.brief else CALLS)
            await asyncio.sleep(_SETTLES_S)
        return told(near, far)

    async def _work(self) -> dict[str, float]:
        count = _BRIEFLY if self.brief else CALLS
        await self._placed(1)
        await asyncio.sleep(_SETTLES_S)
        idle, idle_s = await self._done_while(asyncio.sleep(_SETTLES_S if self.brief else _IDLE_S))
        loaded, loaded_s = await self._done_while(self._placed(count))
        return work_of_call(idle, idle_s, loaded, loaded_s, count)

    async def _done_while(self, happens: Awaitable[None]) -> tuple[Work, float]:
        """What the database has done meanwhile, and in which time; what is written late belongs to it."""
        began_s, before = time.monotonic(), await work_of(self.url)
        await happens
        await asyncio.sleep(_SETTLES_S)
        return await work_of(self.url) - before, time.monotonic() - began_s

    async def _placed(self, count: int) -> None:
        """So many calls, one after the other, until all callbacks of all have come. Raises TimeoutError."""
        wanted = len(self.web.asked_s) + count * _ASKED_OF_A_CALL
        for _ in range(count):
            await self.owner.place(_TO, url=self.web.url("/flow"), status_callback=self.web.url("/status"))
            await asyncio.sleep(APART_S)
        async with asyncio.timeout(_LAST_S):
            while len(self.web.asked_s) < wanted:  # noqa: ASYNC110 (another process asks)
                await asyncio.sleep(_LOOK_S)


def forwarded(name: str, owner_ms: Sequence[float], other_ms: Sequence[float]) -> dict[str, float]:
    """How long a request took at the call's own node and at the other, and what the latter took more at the median."""
    return {
        f"{name}_more_ms": percentile(other_ms, 0.5) - percentile(owner_ms, 0.5),
        **percentiles(f"{name}_owner_ms", owner_ms, 0.5, 0.99),
        **percentiles(f"{name}_other_ms", other_ms, 0.5, 0.99),
    }


def told(near: StreamReader, far: StreamReader) -> dict[str, float]:
    """How late events are on the stream of their own node, and on another's; what has come on one alone has failed."""
    return {
        "failed": float(len(near.late_ms.keys() ^ far.late_ms.keys())),
        "events": float(len(far.late_ms)),
        **percentiles("event_owner_ms", list(near.late_ms.values()), 0.5, 0.99),
        **percentiles("event_other_ms", list(far.late_ms.values()), 0.5, 0.99),
    }


@dataclass(frozen=True, slots=True)
class Forward:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Neighbours]:
        with database_server() as server:
            url = server.migrated_database()
            async with (
                serving({"/flow": _GOES}) as web,
                called(script(is_called(rings=True), is_hung_up_on()), 2 * CALLS, place) as callees,
            ):
                settings = _SETTINGS | {"TRUNK": f"sip:127.0.0.1:{callees.port}"}
                async with nodes(place.folder, place.ports, url, settings=settings) as (owner, other):
                    await asyncio.sleep(_SETTLES_S)  # by then each knows of the other
                    yield Neighbours(owner, other, web, url, place.brief)


SCENARIOS: Final = (
    Scenario(
        "forward", "a call's request by the other of two nodes beside its own, events there, and PostgreSQL's work",
        Forward(), None, (ASKED,), "get_more_ms", scales=False, by_name_only=True,
    ),
)  # fmt: skip
