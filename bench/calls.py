"""100 inbound calls at 20 a second: answered, spoken to, two-way RTP, hung up.

    make bench-calls

Figures go to bench/results/calls.json: CPU seconds and resident bytes per call of the server and its workers, and
set-up times from INVITE to 200 as the caller measured them. Exits with 1 if a call failed.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.callers import Crowd, Outcome, call, fresh
from bench.process import Usage, usage
from bench.results import percentile, save
from tests.peers.customer import customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

CALLS: Final = 100
PER_SECOND: Final = 20
TALK_S: Final = 8
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800"}
FLOW: Final = (
    "<Response><Say language='en-GB'>Welcome to this measurement. Please hold the line for some seconds.</Say>"
    f"<Pause length='{TALK_S - 5}'/></Response>"
)
_SAMPLE_S: Final = 0.25


class PeakUsage:
    """Samples a process while calls are up."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.before = usage(pid)
        self.resident_bytes = self.before.resident_bytes

    async def watch(self) -> None:
        """For ever; cancel it."""
        while True:
            self.resident_bytes = max(self.resident_bytes, usage(self._pid).resident_bytes)
            await asyncio.sleep(_SAMPLE_S)

    def spent(self) -> Usage:
        """CPU since the beginning, and the most memory beyond that of the beginning."""
        return Usage(usage(self._pid).cpu_s - self.before.cpu_s, self.resident_bytes - self.before.resident_bytes)


async def measure(folder: Path) -> tuple[Outcome, Usage]:
    """One run against a fresh server."""
    ports = Ports()
    async with (
        customer(flow=FLOW) as shop,
        platform(folder, ports, SETTINGS, number={"--url": shop.url("/flow")}) as telefoon,
    ):
        await _warm_up(telefoon, folder, ports)
        peak = PeakUsage(telefoon.pid)
        watching = asyncio.create_task(peak.watch())
        outcome = await call(Crowd(NUMBER, CALLS, PER_SECOND), telefoon.sip_port, fresh(folder, "crowd"), ports)
        watching.cancel()
        return outcome, peak.spent()


async def _warm_up(telefoon: Platform, folder: Path, ports: Ports) -> None:
    """One call, so that the prompt is rendered and every library loaded."""
    await call(Crowd(NUMBER, 1, 1), telefoon.sip_port, fresh(folder, "warm-up"), ports)


def main() -> int:
    """Measure, print, save; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        outcome, spent = asyncio.run(measure(Path(folder)))
    figures: dict[str, float | int] = {
        "calls": CALLS,
        "per_second": PER_SECOND,
        "succeeded": outcome.succeeded,
        "failed": outcome.failed,
        "cpu_ms_per_call": round(spent.cpu_s * 1000 / CALLS, 1),
        "resident_kib_per_call": round(spent.resident_bytes / 1024 / CALLS, 1),
        "setup_ms_p50": percentile(outcome.setup_ms, 0.50),
        "setup_ms_p99": percentile(outcome.setup_ms, 0.99),
    }
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(f"written to {save('calls', figures)}")
    return 0 if outcome.succeeded == CALLS and outcome.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
