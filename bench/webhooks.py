"""200 calls at once in a Gather whose webhook takes 3 s, against the same calls that ask nothing.

    make bench-webhooks

Does a slow server harm anybody's audio or timing? Ten of the calls measure when each packet of their audio arrives;
the customer's server measures when each call asks again, which is 2 s after it was answered. Figures go to
bench/results/webhooks.json, gaps as ratios of the run without webhooks.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from bench.callers import Crowd, call
from bench.probes import Probes
from bench.results import percentile, save
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, calls, gets_bye, receives, scenario, sdp
from tests.peers.sipp import sipp

CALLS: Final = 200
PROBES: Final = 10
PER_SECOND: Final = 40
ANSWERS_IN_S: Final = 3.0
GATHERS_S: Final = 2
MEASURED_S: Final = 30.0
SETTLES_S: Final = 8.0
LATE_MS: Final = 60.0
"""A packet that comes so late is lost to most jitter buffers."""
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800", "RTP_PORTS": "20000-24000"}


@dataclass(slots=True)
class SlowServer:
    """Answers each request after a while with a Gather; knows when each call asked."""

    asked_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    port: int = 0

    async def quick(self, request: web.Request) -> web.Response:
        return await self._answer(request)

    async def slow(self, request: web.Request) -> web.Response:
        self.asked_s[str((await request.post())["CallSid"])].append(time.monotonic())
        await asyncio.sleep(ANSWERS_IN_S)
        return await self._answer(request)

    async def silent(self, _: web.Request) -> web.Response:
        return web.Response(text='<Response><Gather timeout="600"/></Response>', content_type="text/xml")

    def lateness_ms(self) -> list[float]:
        """How much later than due each call asked again."""
        due_s = ANSWERS_IN_S + GATHERS_S
        pairs = [pair for times in self.asked_s.values() for pair in itertools.pairwise(times)]
        return [(later - earlier - due_s) * 1000 for earlier, later in pairs]

    async def _answer(self, _: web.Request) -> web.Response:
        gather = f'<Gather timeout="{GATHERS_S}" action="/slow" actionOnEmptyResult="true"/>'
        return web.Response(text=f"<Response>{gather}</Response>", content_type="text/xml")


@asynccontextmanager
async def serving() -> AsyncIterator[SlowServer]:
    """On a free port."""
    server = SlowServer()
    app = web.Application()
    app.add_routes(
        [web.post("/quick", server.quick), web.post("/slow", server.slow), web.post("/silent", server.silent)]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Measured:
    """Gaps between packets, and how late calls asked again, in ms; how many calls were up."""

    gaps_ms: list[float]
    lateness_ms: list[float]
    up: int


async def measure(folder: Path, path: str) -> Measured:
    """One run against a fresh server."""
    ports = Ports()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving())
        number = {"--url": f"http://127.0.0.1:{server.port}{path}"}
        telefoon = await stack.enter_async_context(platform(folder, ports, SETTINGS, number=number))
        probes = stack.enter_context(Probes(PROBES))
        crowd = Crowd(NUMBER, CALLS - PROBES, PER_SECOND)
        calling = asyncio.create_task(call(crowd, telefoon.sip_port, folder, ports))
        script = scenario(
            calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
            acks(), gets_bye(),
        )  # fmt: skip
        for probe in probes.all:
            keys = {"ear": probe.port}
            await stack.enter_async_context(sipp(script, ports, target=telefoon.sip_port, service=NUMBER, keys=keys))
        await asyncio.sleep(CALLS / PER_SECOND + SETTLES_S)
        since_s = time.time()
        server.asked_s.clear()
        await asyncio.sleep(MEASURED_S)
        up = (await telefoon.get("calls", status="in-progress"))["total"]
        gaps = [gap for probe in probes.all for gap in probe.gaps_ms(since_s)]
        await telefoon.end()
        calling.cancel()
        return Measured(gaps, server.lateness_ms(), up)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main() -> int:
    """Measure both, print, save; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = asyncio.run(measure(_made(Path(folder) / "quiet"), "/silent"))
        busy = asyncio.run(measure(_made(Path(folder) / "busy"), "/quick"))
    figures: dict[str, float | int] = {
        "calls": CALLS,
        "up_without": quiet.up,
        "up_with": busy.up,
        "gap_ms_p99_without": round(percentile(quiet.gaps_ms, 0.99), 2),
        "gap_ms_p99_with": round(percentile(busy.gaps_ms, 0.99), 2),
        "gap_ratio_p99": round(percentile(busy.gaps_ms, 0.99) / percentile(quiet.gaps_ms, 0.99), 3),
        "late_packets_without": sum(gap > LATE_MS for gap in quiet.gaps_ms),
        "late_packets_with": sum(gap > LATE_MS for gap in busy.gaps_ms),
        "packets": len(busy.gaps_ms),
        "asks_again_late_ms_p50": round(percentile(busy.lateness_ms, 0.5), 1),
        "asks_again_late_ms_p99": round(percentile(busy.lateness_ms, 0.99), 1),
        "requests": len(busy.lateness_ms),
    }
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(f"written to {save('webhooks', figures)}")
    return 0 if (quiet.up, busy.up) == (CALLS, CALLS) else 1


if __name__ == "__main__":
    sys.exit(main())
