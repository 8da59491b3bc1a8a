"""What recording costs, and what sealing adds: the same calls not recorded, recorded as plain WAV, and sealed.

    make bench-recording

Each way is measured in rounds, in turn, against a fresh server: 60 calls that are recorded in two channels. CPU is
that of the server and its workers, as a share of one core, over 20 s in which all calls are up (`steady`), and from the
first call to the last closed recording (`whole`, in seconds). Figures go to bench/results/recording.json. The calls do
nothing else, so that the shares are the greatest; what they are of calls with menus, `make bench SCENARIO=ivr-sealed`
measures.
"""

import asyncio
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.callers import Crowd, call
from bench.process import usage
from bench.results import save
from tests.peers.customer import customer
from tests.peers.platform import NUMBER, OURS, Platform, platform
from tests.peers.ports import Ports

CALLS: Final = 60
PER_SECOND: Final = 20
ROUNDS: Final = 2
STEADY_S: Final = 20
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800"}
RECORDED: Final = (
    "<Response><Record timeout='0' maxLength='30' playBeep='false' recordingChannels='dual' recordingTrack='both' "
    "action='/done'/></Response>"
)
NOT_RECORDED: Final = (
    "<Response><Say language='en-GB'>This call is not recorded, and lasts as long.</Say><Pause length='30'/></Response>"
)
WAYS: Final = {
    "unrecorded": (NOT_RECORDED, "true"),
    "plain": (RECORDED, "false"),
    "sealed": (RECORDED, "true"),
}
_POLL_S: Final = 0.2
_ALL_UP_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU: as a share of a core while all calls were up, and in seconds from first to last."""

    steady: float
    whole_s: float


async def measure(folder: Path, flow: str, encryption: str) -> Cost:
    """One round. Raises RuntimeError where a call failed."""
    ports = Ports()
    settings = SETTINGS | {"RECORDING_ENCRYPTION": encryption}
    async with (
        customer(flow=flow) as shop,
        platform(folder, ports, settings, number={"--url": shop.url("/flow")}, notice=OURS) as telefoon,
    ):
        shop.flows["/done"] = "<Response><Hangup/></Response>"
        crowd = folder / "crowd"
        crowd.mkdir()
        before = usage(telefoon.pid)
        calling = asyncio.create_task(call(Crowd(NUMBER, CALLS, PER_SECOND), telefoon.sip_port, crowd, ports))
        await _until_all(telefoon, "recordings" if flow is RECORDED else "calls")
        begun = usage(telefoon.pid)
        await asyncio.sleep(STEADY_S)
        steady = (usage(telefoon.pid).cpu_s - begun.cpu_s) / STEADY_S
        outcome = await calling
        if outcome.succeeded != CALLS:
            raise RuntimeError(f"{outcome.failed} calls failed: {telefoon.log()[-2000:]}")
        if flow is RECORDED:
            await _until_all(telefoon, "recordings", "completed")
        return Cost(steady, usage(telefoon.pid).cpu_s - before.cpu_s)


async def _until_all(telefoon: Platform, what: str, status: str | None = None) -> None:
    async with asyncio.timeout(_ALL_UP_S):
        while True:
            rows = (await telefoon.get(what, page_size="100"))[what]
            if sum(status in (None, row["status"]) for row in rows) == CALLS:
                return
            await asyncio.sleep(_POLL_S)


async def rounds() -> dict[str, float | int | str]:
    """All ways in turn, so that what else the machine does meets all alike."""
    costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, (flow, encryption) in WAYS.items():
            with tempfile.TemporaryDirectory() as folder:
                costs[way].append(await measure(Path(folder), flow, encryption))
                print(f"{way:12} {costs[way][-1]}", flush=True)
    steady = {way: statistics.mean(each.steady for each in found) for way, found in costs.items()}
    whole = {way: statistics.mean(each.whole_s for each in found) for way, found in costs.items()}
    return {
        "calls": CALLS,
        **{f"{way}_steady_cpu": round(steady[way], 4) for way in WAYS},
        **{f"{way}_whole_cpu_s": round(whole[way], 2) for way in WAYS},
        "sealed_to_plain_steady": round(steady["sealed"] / steady["plain"], 3),
        "sealed_to_plain_whole": round(whole["sealed"] / whole["plain"], 3),
        "sealed_to_unrecorded_steady": round(steady["sealed"] / steady["unrecorded"], 3),
    }


def main() -> int:
    """Measure, print, save; the exit code."""
    figures = asyncio.run(rounds())
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(f"written to {save('recording', figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
