"""300, 600 and 1,100 calls at once, beside a few that listen: more than the library has places for, at the last.

A call that finds no room is to be refused with 503 that says when to try again, and nothing else is to be lost: all
that were taken are accounted for by their rows and events, and once they are over, twenty more are taken as if nothing
had been.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.accounted import count_of, unaccounted
from bench.crowds import Crowd, call
from bench.node import NUMBER, Node, node
from bench.probes import Probes
from bench.process import memory, quiet
from bench.scenario import Place, Scenario
from bench.statistics import of_gaps
from bench.two_lengths import Caller
from bench.web import serving
from tests.peers.scenario import acks, acks_refusal, asks, calls, receives, scenario, sdp

LOADS: Final = (300, 600, 1100)
LISTENERS: Final = 10
PER_SECOND: Final = 25.0
TOGETHER_S: Final = 10.0
"""For how long all are there."""
_BRIEF_S: Final = 1.0
_LATER: Final = 20
"""How many call once all is over."""
_LATER_S: Final = 2.0
_SETTINGS: Final = {"CODECS": "PCMA", "RTP_SILENCE_S": "0"}
"""Nobody here sends sound, and the longest call lasts for minutes."""
_FLOW: Final = "<Response><Echo/></Response>"


def may_be_refused() -> str:
    """A caller without sound, who stays for as long as the crowd's calls last, or goes away where it is refused."""
    again = (
        '<action><ereg regexp="[0-9]+" search_in="hdr" header="Retry-After:" check_it="true" assign_to="1"/></action>'
    )
    refused = receives(503, optional=True).replace("/>", f' next="refused">{again}</recv><Reference variables="1"/>')
    hangs_up = asks("BYE", 2) + receives(200).replace("/>", ' next="end"/>')
    gone = '<label id="refused"/>\n' + acks_refusal() + '<label id="end"/>\n'
    provisional = receives(100, optional=True) + receives(180, optional=True)
    taken = receives(200, keeps_route=True) + acks()
    return scenario(calls(sdp(port="9")), provisional, refused, taken, "<pause/>\n", hangs_up, gone)


@dataclass(frozen=True, slots=True)
class Called:
    """A server that is called, and gives back what it hears."""

    one: Node
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        together_s = _BRIEF_S if self.place.brief else TOGETHER_S
        listening = min(LISTENERS, load // 2)
        ramp_s = load / PER_SECOND + 1
        length_s = ramp_s + together_s
        before = await count_of(self.one)
        with Probes(listening) as probes:
            listeners = Caller(NUMBER).crowd(listening, LISTENERS, length_s + ramp_s, probes=probes)
            others = Crowd(may_be_refused(), load - listening, PER_SECOND, length_s, NUMBER, silent=True)
            async with asyncio.TaskGroup() as group:
                heard = group.create_task(call(listeners, self.one.sip_port, self.place))
                await asyncio.sleep(2)
                since_s = time.time()
                came = group.create_task(call(others, self.one.sip_port, self.place))
                await asyncio.sleep(ramp_s + together_s / 2)
                resident_kib = memory(self.one.pid).proportional_kib
                taken = await count_of(self.one) - before
                until_s = time.time()
            gaps = [gap for probe in probes.all for gap in probe.gaps_ms(since_s, until_s)]
        faults = await unaccounted(self.one, before)
        print(*faults, sep="\n", end="", file=sys.stderr)
        await quiet(self.one.pid)
        later = await call(Caller(NUMBER).crowd(_LATER, _LATER, _LATER_S), self.one.sip_port, self.place)
        lost = heard.result().failed + came.result().failed + later.failed
        return {
            "failed": float(lost + len(faults)),
            "taken": float(taken),
            "refused": float(load - taken),
            "taken_later": float(later.succeeded),
            "pss_kib": float(resident_kib),
            "pss_kib_later": float(memory(self.one.pid).proportional_kib),
            **of_gaps(gaps),
        }


@dataclass(frozen=True, slots=True)
class ManyAtOnce:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Called]:
        async with (
            serving({"/flow": _FLOW}) as web,
            node(place, _SETTINGS, {"--url": web.url("/flow")}) as one,
        ):
            yield Called(one, place)


SCENARIOS: Final = (
    Scenario(
        "at-once", "300, 600 and 1,100 calls at once: which are taken, which refused, and is anybody lost?",
        ManyAtOnce(), None, LOADS, "gap_ms_worst", scales=False, by_name_only=True, most_rounds=3,
    ),
)  # fmt: skip
