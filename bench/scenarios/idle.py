"""A server with nothing to do: a registered trunk, and the rows of 10,000 calls that are over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.filled_node import FilledNode
from bench.process import cpu_share, memory
from bench.registrar import registrar
from bench.scenario import Place, Scenario

ROWS: Final = 10_000
_MEASURED_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Idle:
    """A process that is left alone."""

    pid: int

    async def measure(self, _: int) -> dict[str, float]:
        share = await cpu_share(self.pid, _MEASURED_S)
        used = memory(self.pid)
        return {
            "failed": 0,
            "cpu_percent": 100 * share,
            "pss_mib": used.proportional_kib / 1024,
            "rss_mib": used.resident_kib / 1024,
        }


@dataclass(frozen=True, slots=True)
class OurIdle:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Idle]:
        async with registrar() as port:
            trunk = {
                "TRUNK": f"sip:127.0.0.1:{port}", "TRUNK_USER": "bench", "TRUNK_PASSWORD": "on-loopback",
                "TRUNK_REGISTER": "true",
            }  # fmt: skip
            async with FilledNode(ROWS).running(place, trunk) as one:
                yield Idle(one.pid)


@dataclass(frozen=True, slots=True)
class TheirIdle:
    """It keeps no rows of calls in memory either: a folder of 10,000 would lie as still."""

    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Idle]:
        async with registrar() as port, asterisk_server(place, Way(as_ours=True), registrar_port=port) as one:
            yield Idle(one.pid)


SCENARIOS: Final = (
    Scenario(
        "idle", "a registered trunk, 10,000 rows of calls, and nothing to do",
        OurIdle(), TheirIdle(), (ROWS,), "pss_mib", scales=False,
    ),
)  # fmt: skip
