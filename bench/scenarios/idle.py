"""A server with nothing to do: a registered trunk, and the rows of 10,000 calls that are over."""

from collections.abc import AsyncIterator, Mapping
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


async def left_alone(pid: int) -> dict[str, float]:
    """What a process uses that nobody asks for anything."""
    share = await cpu_share(pid, _MEASURED_S)
    used = memory(pid)
    return {
        "failed": 0,
        "cpu_percent": 100 * share,
        "pss_mib": used.proportional_kib / 1024,
        "rss_mib": used.resident_kib / 1024,
    }


@dataclass(frozen=True, slots=True)
class IdleNode:
    """Ours, started for each load, which is how many rows it has."""

    place: Place
    trunk: Mapping[str, str]

    async def measure(self, load: int) -> dict[str, float]:
        async with FilledNode(load).running(self.place, self.trunk) as one:
            return await left_alone(one.pid)


@dataclass(frozen=True, slots=True)
class IdleAsterisk:
    """Asterisk with a registered trunk; it never reads rows of calls, so it has none."""

    pid: int

    async def measure(self, _: int) -> dict[str, float]:
        return await left_alone(self.pid)


@dataclass(frozen=True, slots=True)
class OurIdle:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[IdleNode]:
        async with registrar() as port:
            trunk = {
                "TRUNK": f"sip:127.0.0.1:{port}", "TRUNK_USER": "bench", "TRUNK_PASSWORD": "on-loopback",
                "TRUNK_REGISTER": "true",
            }  # fmt: skip
            yield IdleNode(place, trunk)


@dataclass(frozen=True, slots=True)
class TheirIdle:
    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[IdleAsterisk]:
        async with registrar() as port, asterisk_server(place, Way(as_ours=True), registrar_port=port) as one:
            yield IdleAsterisk(one.pid)


SCENARIOS: Final = (
    Scenario(
        "idle", "a registered trunk, 10,000 rows of calls, and nothing to do",
        OurIdle(), TheirIdle(), (ROWS,), "pss_mib", scales=False,
    ),
)  # fmt: skip
