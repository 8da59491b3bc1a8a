"""20,000 calls of a second, one after the other: does memory grow? After each tenth the server grows quiet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.crowds import NOBODY, Crowd, call
from bench.node import NUMBER, node
from bench.process import memory, quiet
from bench.scenario import Place, Scenario
from bench.scripts import calls, is_hung_up_on, script
from bench.web import serving

CALLS: Final = 20_000
LARGEST_GROWTH_KIB: Final = 4096

_TENTHS: Final = 10
_PER_SECOND: Final = 15.0
_FLOW: Final = '<Response><Gather timeout="1"/></Response>'
"""A pause alone would not answer."""


def of_growth(proportional_kib: list[int], failed: int) -> dict[str, float]:
    """Memory after each tenth of the calls, and what the last nine added to it: in the first, caches fill."""
    growth_kib = proportional_kib[-1] - proportional_kib[0]
    return {
        "failed": float(failed + (growth_kib > LARGEST_GROWTH_KIB)),
        **{f"pss_kib_tenth_{number}": float(each) for number, each in enumerate(proportional_kib, start=1)},
        "growth_kib": float(growth_kib),
    }


@dataclass(frozen=True, slots=True)
class Called:
    """A server that is called; it hangs up after a second."""

    pid: int
    sip_port: int
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        outcome, sizes = NOBODY, []
        for _ in range(_TENTHS):
            crowd = Crowd(
                script(calls(), is_hung_up_on()), load // _TENTHS, _PER_SECOND, service=NUMBER, length_s=1
            )  # fmt: skip
            outcome += await call(crowd, self.sip_port, self.place)
            await quiet(self.pid)
            sizes.append(memory(self.pid).proportional_kib)
        return of_growth(sizes, outcome.failed)


@dataclass(frozen=True, slots=True)
class ManyCalls:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Called]:
        async with (
            serving({"/flow": _FLOW}) as web,
            node(place, {"CODECS": "PCMA"}, {"--url": web.url("/flow")}) as one,
        ):
            yield Called(one.pid, one.sip_port, place)


SCENARIOS: Final = (
    Scenario(
        "many-calls", "20,000 calls of a second, one after the other: does memory grow?",
        ManyCalls(), None, (CALLS,), "growth_kib", scales=False, by_name_only=True, most_rounds=1,
        longest_s=CALLS / _PER_SECOND + 600,
    ),
)  # fmt: skip
