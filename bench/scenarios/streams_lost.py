"""What programs that hang cost others, and what many streams leave behind."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.crowds import Crowd, call, present
from bench.media_streams.programs import Talking
from bench.node import NUMBER
from bench.probes import Probes
from bench.process import memory_alone, quiet
from bench.scenario import Place, Scenario
from bench.scenarios.streams import STREAMED_APART, streaming_node
from bench.statistics import Figures, of_gaps
from bench.two_lengths import PROBES, Caller

_COME_IN_A_S: Final = 20
_SETTLES_S: Final = 4.0
_STOPPED_S: Final = 8.0
"""Shorter than the patience with a program that does not answer, so that all are still there."""
_ENDS_S: Final = 10.0
_STREAM_S: Final = 1.0
_BRIEFLY: Final = 50
"""Streams before those that are counted, and those where it is only to be seen whether it works."""


@dataclass(frozen=True, slots=True)
class HangingPrograms:
    """Calls that are streamed, of which a tenth has a program that is stopped; or is not, for comparison."""

    name: str
    hangs: bool

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["HangingProgramsOn"]:
        async with streaming_node(place, Talking.TALKS) as (one, apart):
            await call(Caller(NUMBER).crowd(1, 1, 3.0), one.sip_port, place)
            await quiet(one.pid)
            yield HangingProgramsOn(place, one.pid, one.sip_port, apart.pid, self.hangs)


@dataclass(frozen=True, slots=True)
class HangingProgramsOn:
    """A node, and the server of the tenth."""

    place: Place
    pid: int
    sip_port: int
    program: int
    hangs: bool

    async def measure(self, load: int) -> Figures:
        tenth = max(1, load // 10)
        lasts_s = load / _COME_IN_A_S + _SETTLES_S + _STOPPED_S + _ENDS_S
        with Probes(PROBES) as probes:
            listening = Caller(NUMBER).crowd(PROBES, _COME_IN_A_S, lasts_s, probes=probes)
            others = Caller(NUMBER).crowd(max(0, load - tenth - PROBES), _COME_IN_A_S, lasts_s)
            async with (
                present(self._apart(tenth, lasts_s), self.sip_port, self.place),
                present(others, self.sip_port, self.place),
                present(listening, self.sip_port, self.place),
            ):
                await asyncio.sleep(_SETTLES_S)
                before, since_s = memory_alone(self.pid), time.time()
                os.kill(self.program, signal.SIGSTOP if self.hangs else signal.SIGCONT)
                try:
                    await asyncio.sleep(_STOPPED_S)
                    after, until_s = memory_alone(self.pid), time.time()
                finally:
                    os.kill(self.program, signal.SIGCONT)
            gaps = [gap for each in probes.all for gap in each.gaps_ms(since_s, until_s)]
        heard = [each for each in probes.all if each.gaps_ms(since_s, until_s)]
        return {
            "failed": float(PROBES - len(heard)),
            "kib_per_stopped": (after.proportional_kib - before.proportional_kib) / tenth,
            **of_gaps(gaps),
        }

    def _apart(self, calls: int, lasts_s: float) -> Crowd:
        return Caller(STREAMED_APART).crowd(calls, _COME_IN_A_S, lasts_s)


@dataclass(frozen=True, slots=True)
class ManyStreams:
    """So many streams one after another, each of a call of a second: what is left open after them."""

    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["ManyStreamsOn"]:
        async with streaming_node(place, Talking.TALKS) as (one, _):
            yield ManyStreamsOn(place, one.pid, one.sip_port)


@dataclass(frozen=True, slots=True)
class ManyStreamsOn:
    """A node that has streamed before it is counted."""

    place: Place
    pid: int
    sip_port: int

    async def measure(self, load: int) -> Figures:
        load = min(load, _BRIEFLY) if self.place.brief else load
        warm = await self._streamed(min(load, _BRIEFLY))
        threads, handles = _counted(self.pid, "task"), _counted(self.pid, "fd")
        failed = warm + await self._streamed(load)
        return {
            "failed": float(failed),
            "threads_more": float(_counted(self.pid, "task") - threads),
            "handles_more": float(_counted(self.pid, "fd") - handles),
        }

    async def _streamed(self, calls: int) -> int:
        """How many of them failed."""
        outcome = await call(Caller(NUMBER).crowd(calls, _COME_IN_A_S, _STREAM_S), self.sip_port, self.place)
        await quiet(self.pid)
        return outcome.failed


def _counted(pid: int, what: str) -> int:
    return len(list(Path(f"/proc/{pid}/{what}").iterdir()))


SCENARIOS: Final = (
    Scenario(
        "streams-stopped", "gaps of calls while a tenth of all programs is stopped, beside none stopped",
        HangingPrograms("ours", hangs=True), HangingPrograms("none stopped", hangs=False), (200,), "gap_ms_p99",
        by_name_only=True,
    ),
    Scenario(
        "streams-many", "threads and handles that are left after so many streams",
        ManyStreams(), None, (5000,), "handles_more", scales=False, fixed=True, by_name_only=True, longest_s=900.0,
    ),
)  # fmt: skip
