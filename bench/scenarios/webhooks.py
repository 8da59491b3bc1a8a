"""Calls in a Gather whose webhook takes 3 s, beside the same calls that ask nothing.

Does a slow server harm anybody's audio or timing? Probes measure when each packet of their audio arrives; the
customer's server measures when each call asks again, which is 2 s after it was answered.
"""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bench.crowds import NOBODY, call
from bench.node import NUMBER, Node, node
from bench.probes import Probes
from bench.scenario import Place, Scenario
from bench.statistics import of_gaps, percentiles
from bench.two_lengths import Caller

PROBES: Final = 10
PER_SECOND: Final = 25
ANSWERS_IN_S: Final = 3.0
GATHERS_S: Final = 2
MEASURED_S: Final = 15.0
_BRIEF_S: Final = 6.0
SETTLES_S: Final = 6.0
LATE_MS: Final = 60.0
"""A packet that comes so late is lost to most jitter buffers."""
_LEAVES_S: Final = 2.0


@dataclass(slots=True)
class SlowServer:
    """Answers each request after a while with a Gather; knows when each call asked."""

    asked_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def quick(self, _: web.Request) -> web.Response:
        return self._answer()

    async def slow(self, request: web.Request) -> web.Response:
        self.asked_s[str((await request.post())["CallSid"])].append(time.monotonic())
        await asyncio.sleep(ANSWERS_IN_S)
        return self._answer()

    async def silent(self, _: web.Request) -> web.Response:
        return web.Response(text='<Response><Gather timeout="600"/></Response>', content_type="text/xml")

    def lateness_ms(self) -> list[float]:
        """How much later than due each call asked again."""
        due_s = ANSWERS_IN_S + GATHERS_S
        pairs = [pair for times in self.asked_s.values() for pair in itertools.pairwise(times)]
        return [(later - earlier - due_s) * 1000 for earlier, later in pairs]

    def _answer(self) -> web.Response:
        gather = f'<Gather timeout="{GATHERS_S}" action="/slow" actionOnEmptyResult="true"/>'
        return web.Response(text=f"<Response>{gather}</Response>", content_type="text/xml")


@asynccontextmanager
async def _serving() -> AsyncIterator[tuple[SlowServer, int]]:
    """And its port, a free one."""
    server = SlowServer()
    app = web.Application()
    app.add_routes(
        [web.post("/quick", server.quick), web.post("/slow", server.slow), web.post("/silent", server.silent)]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield server, runner.addresses[0][1]
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Asking:
    """A node whose calls ask the server, or not."""

    one: Node
    server: SlowServer
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        probing = min(PROBES, load // 2)
        measured_s = _BRIEF_S if self.place.brief else MEASURED_S
        ramp_s = load / PER_SECOND + 1
        length_s = ramp_s + SETTLES_S + measured_s + _LEAVES_S
        caller = Caller(NUMBER)
        with Probes(probing) as probes:
            crowds = [
                caller.crowd(load - probing, PER_SECOND, length_s),
                caller.crowd(probing, PROBES, length_s, probes=probes),
            ]
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(call(crowd, self.one.sip_port, self.place)) for crowd in crowds]
                await asyncio.sleep(ramp_s + SETTLES_S)
                since_s = time.time()
                self.server.asked_s.clear()
                await asyncio.sleep(measured_s)
                until_s = time.time()
                lateness = self.server.lateness_ms()
            gaps = [gap for probe in probes.all for gap in probe.gaps_ms(since_s, until_s)]
        if not gaps:
            raise RuntimeError("nobody heard anything")
        asked = {"requests": float(len(lateness))} if lateness else {}
        return {
            "failed": float(sum((each.result() for each in tasks), NOBODY).failed),
            **of_gaps(gaps),
            "late_packets": float(sum(gap > LATE_MS for gap in gaps)),
            "packets": float(len(gaps)),
            **asked,
            **percentiles("asks_again_late_ms", lateness, 0.5, 0.99),
        }


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Ours, with the first document at this path."""

    name: str
    path: str

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Asking]:
        async with _serving() as (server, port):
            number = {"--url": f"http://127.0.0.1:{port}{self.path}"}
            async with node(place, {"CODECS": "PCMA,PCMU"}, number) as one:
                yield Asking(one, server, place)


SCENARIOS: Final = (
    Scenario(
        "webhooks", "calls that ask a server which takes 3 s, again and again; beside calls that ask nothing",
        Webhooks("ours", "/quick"), Webhooks("asking nothing", "/silent"), (200,), "gap_ms_p99", most_rounds=2,
    ),
)  # fmt: skip
