"""A room over two nodes, beside the same room on one: its CPU, gaps, the way of a word, and a root that is killed.

Everybody talks, half of them on each node. Words go from one node to the other, and stay on the one where there is no
other; all is on loopback, so that they have no network's delay.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.crowds import NOBODY, Outcome, call
from bench.database_server import database_server, pid_of
from bench.lost_root import healing
from bench.probes import Probes
from bench.process import quiet, usage
from bench.scenario import Place, Scenario
from bench.scenarios.cascade import FLOW, ROOM, SETTINGS, delays_ms
from bench.statistics import of_gaps
from bench.two_lengths import Caller
from tests.peers.callers import calling, count, has
from tests.peers.customer import customer
from tests.peers.nodes import nodes
from tests.peers.platform import NUMBER, Platform
from tests.peers.postgres import Postgres

PEOPLE: Final = 40
PER_SECOND: Final = 5
MEASURED_S: Final = 8.0
WORDS: Final = 8
_BRIEF_PEOPLE: Final = 8
_BRIEF_S: Final = 2.0
_BRIEF_WORDS: Final = 3
_PROBES: Final = 3
_SETTLES_S: Final = 3.0
_LEAVES_S: Final = 2.0
_ENDS_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Hall:
    """A room that is over all of these nodes; `number` are the options of what is called."""

    nodes: Sequence[Platform]
    server: Postgres
    number: Mapping[str, str]
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        """`load` people; then a few words, and where there are several nodes, the end of a root."""
        figures = {**await self._full(_BRIEF_PEOPLE if self.place.brief else load), **await self._words()}
        if len(self.nodes) == 1:
            return figures
        database, folder = self.server.migrated_database(), self.place.fresh("lost")
        return figures | await healing(folder, self.place.ports, database, SETTINGS, self.number, ROOM)

    async def _full(self, people: int) -> dict[str, float]:
        measured_s = _BRIEF_S if self.place.brief else MEASURED_S
        ramp_s = people / len(self.nodes) / PER_SECOND + 1
        for each in self._pids:
            await quiet(each)  # one that has just started has more to do than one that waits for calls
        idle = await self._cores(_SETTLES_S)
        with Probes(_PROBES) as probes:
            async with asyncio.TaskGroup() as group:
                length_s = ramp_s + _SETTLES_S + measured_s + _LEAVES_S
                coming = group.create_task(self._come(people, length_s, probes))
                await asyncio.sleep(ramp_s + _SETTLES_S)
                since_s = time.time()
                cores = await self._cores(measured_s)
                until_s = time.time()
                inside = await count(self.nodes[0], ROOM) or 0
            gaps = [gap for probe in probes.all for gap in probe.gaps_ms(since_s, until_s)]
        await has(self.nodes[0], ROOM, None, within_s=_ENDS_S)
        if cores <= idle:
            raise RuntimeError(f"{people} people took no CPU beside {idle:.3f} of nobody: that was no measurement")
        return {
            "failed": float(max(coming.result().failed, people - inside)),
            "cores": cores,
            "idle_cores": idle,
            "cpu_ms_per_call_second": 1000 * (cores - idle) / people,
            **of_gaps(gaps),
        }

    async def _come(self, people: int, length_s: float, probes: Probes) -> Outcome:
        """All talk but the probes, who are on the last node."""
        caller, share = Caller(NUMBER), people // len(self.nodes)
        listening = len(probes.all)
        numbers = {node.sip_port: share for node in self.nodes}
        last = self.nodes[-1].sip_port
        numbers[last] -= listening
        crowds = [call(caller.crowd(some, PER_SECOND, length_s), port, self.place) for port, some in numbers.items()]
        heard = call(caller.crowd(listening, PER_SECOND, length_s, probes=probes), last, self.place)
        return sum(await asyncio.gather(*crowds, heard), NOBODY)

    async def _cores(self, seconds: float) -> float:
        """CPU seconds a second of all nodes and the database."""
        pids, began_s = self._pids, time.monotonic()
        before = sum(usage(pid).cpu_s for pid in pids)
        await asyncio.sleep(seconds)
        return (sum(usage(pid).cpu_s for pid in pids) - before) / (time.monotonic() - began_s)

    @property
    def _pids(self) -> Sequence[int]:
        return [*(each.pid for each in self.nodes), pid_of(self.server)]

    async def _words(self) -> dict[str, float]:
        ports = self.place.ports
        async with (
            calling(self.nodes[0], ports, 400) as (there,),
            calling(self.nodes[-1], ports, 620, 860) as (speaker, here),
        ):
            await asyncio.gather(*(has(each, ROOM, 3, within_s=_ENDS_S) for each in self.nodes))
            for each in (speaker, here, there):
                each.ear.hush()
            await asyncio.sleep(_SETTLES_S)
            words = _BRIEF_WORDS if self.place.brief else WORDS
            near, far = await delays_ms(words, speaker, here, there)
        further = [later - sooner for sooner, later in zip(near, far, strict=True)]
        return {"word_to_ear_ms": statistics.median(far), "further_than_own_node_ms": statistics.median(further)}


@dataclass(frozen=True, slots=True)
class RoomOver:
    name: str
    names: tuple[str, ...]

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Hall]:
        with database_server() as server:
            async with customer(flow=FLOW) as shop:
                number = {"--url": shop.url("/flow")}
                url = server.migrated_database()
                async with nodes(place.folder, place.ports, url, self.names, SETTINGS, number=number) as running:
                    await asyncio.sleep(_SETTLES_S)  # by then each knows of the others
                    yield Hall(running, server, number, place)


SCENARIOS: Final = (
    Scenario(
        "cluster-room", "a room over two nodes beside one: CPU, gaps, the way of a word, and a root that is killed",
        RoomOver("two nodes", ("a", "b")), RoomOver("one node", ("a",)), (PEOPLE,), "cpu_ms_per_call_second",
        scales=False, by_name_only=True,
    ),
)  # fmt: skip
