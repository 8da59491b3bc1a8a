"""A flood of SIP while calls are bridged: of a stranger at 2,000 a second, of each method, and of a peer that may call.

What a message costs is the process's CPU while the flood lasts, less what the same calls took just before it, by the
messages that were sent. All of it counts: system calls, the library's reader, and Python where it is asked, which
`turned_away_per_message` says of how many it is not.

The calls are up before the flood begins. Of them none may fail, and each is accounted for by its row and its events; a
machine that is busy with something else may have refused some before (`refused`), which the callers take for an answer.
Gaps of sound stand beside those of the quiet seconds before.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.accounted import count_of, unaccounted
from bench.children import output_of
from bench.crowds import NOBODY, call, called
from bench.node import NUMBER, Node, node
from bench.probes import Probes
from bench.process import cpu_share, memory_alone, usage
from bench.scenario import Place, Scenario
from bench.scripts import A_LAW, is_called, is_hung_up_on, script, talks
from bench.statistics import of_gaps
from bench.two_lengths import Caller
from bench.web import serving
from engine.metrics.table import Metric

CALLS: Final = 50
STRANGER: Final = "127.0.0.2"
ALLOWED: Final = "127.0.0.1"

_PROBES: Final = 5
_PER_SECOND: Final = 10.0
_SETTLES_S: Final = 3.0
_ENDS_S: Final = 8.0
_COUNTED_S: Final = 1.5


@dataclass(frozen=True, slots=True)
class Length:
    """How long it is quiet before the flood, and how long that lasts, in seconds."""

    quiet_s: float = 5.0
    flood_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Flooded:
    """A server that bridges calls, and is sent what nobody has asked for."""

    one: Node
    place: Place
    method: str
    source: str

    async def measure(self, load: int) -> dict[str, float]:
        """`load` messages a second."""
        length = Length(1.0, 1.0) if self.place.brief else Length()
        up_s = CALLS / _PER_SECOND + _SETTLES_S
        caller = Caller(NUMBER, may_be_refused=True)
        before, came = await count_of(self.one), await count_of(self.one, direction="inbound")
        long_s = up_s + length.quiet_s + length.flood_s + _ENDS_S
        with Probes(_PROBES) as probes:
            crowds = (
                caller.crowd(CALLS - _PROBES, _PER_SECOND, long_s),
                caller.crowd(_PROBES, _PROBES, long_s, probes=probes),
            )
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(call(each, self.one.sip_port, self.place)) for each in crowds]
                await asyncio.sleep(up_s)
                figures = await self._flood(load, length, probes)
        outcome = sum((each.result() for each in tasks), NOBODY)
        faults = await unaccounted(self.one, before)
        print(*faults, sep="\n", end="", file=sys.stderr)
        return {
            "failed": float(outcome.failed + len(faults)),
            "refused": float(CALLS - (await count_of(self.one, direction="inbound") - came)),
            **figures,
        }

    async def _flood(self, load: int, length: Length, probes: Probes) -> dict[str, float]:
        quiet_s = time.time()
        idle = await cpu_share(self.one.pid, length.quiet_s)
        turned_away = await self._turned_away()
        before, size_kib, began_s = usage(self.one.pid).cpu_s, memory_alone(self.one.pid).proportional_kib, time.time()
        asked = (str(self.one.sip_port), self.method, str(load), str(int(load * length.flood_s)), self.source)
        told = json.loads(await output_of(sys.executable, "-m", "tests.peers.flood", *asked))
        ended_s, cpu_s = time.time(), usage(self.one.pid).cpu_s - before
        more_kib = memory_alone(self.one.pid).proportional_kib - size_kib
        quiet = [gap for probe in probes.all for gap in probe.gaps_ms(quiet_s, began_s)]
        gaps = [gap for probe in probes.all for gap in probe.gaps_ms(began_s, ended_s)]
        return {
            "cpu_us_per_message": 1e6 * (cpu_s - idle * (ended_s - began_s)) / told["sent"],
            "answers_per_message": told["answers"] / told["sent"],
            "turned_away_per_message": (await self._turned_away() - turned_away) / told["sent"],
            "pss_kib_more": float(more_kib),
            **of_gaps(gaps),
            **{f"quiet_{name}": figure for name, figure in of_gaps(quiet).items()},
        }

    async def _turned_away(self) -> float:
        """How many messages Python was not asked about, by the node's own count, which it makes once a second."""
        await asyncio.sleep(_COUNTED_S)
        async with self.one.client.get(f"http://127.0.0.1:{self.one.http_port}/metrics") as response:
            lines = (await response.text()).splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(Metric.SIP_TURNED_AWAY.value.name))


@dataclass(frozen=True, slots=True)
class OurFlooded:
    method: str
    source: str = STRANGER
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Flooded]:
        callee = script(is_called(A_LAW), talks(A_LAW), is_hung_up_on())
        async with called(callee, 2 * CALLS, place) as callees:
            flow = f"<Response><Dial><Sip>sip:callee@127.0.0.1:{callees.port}</Sip></Dial></Response>"
            settings = {"CODECS": "PCMA", "SIP_ALLOW": f"{ALLOWED}/32"}
            async with (
                serving({"/flow": flow}) as web,
                node(place, settings, {"--url": web.url("/flow")}) as one,
            ):
                yield Flooded(one, place, self.method, self.source)


def _flood(name: str, asks: str, side: OurFlooded, *loads: int) -> Scenario:
    return Scenario(name, asks, side, None, loads, "cpu_us_per_message", scales=False, by_name_only=True, most_rounds=3)


SCENARIOS: Final = (
    *(
        _flood(
            f"flood-{method.lower()}",
            f"50 bridged calls, and a stranger's {method} 2,000 times a second",
            OurFlooded(method),
            2000,
        )
        for method in ("INVITE", "SUBSCRIBE", "OPTIONS", "REGISTER")
    ),
    _flood(
        "flood-allowed",
        "50 bridged calls, and INVITE so many times a second of a peer that may call, to numbers that there are not",
        OurFlooded("INVITE", ALLOWED),
        300,
        2000,
    ),
)
