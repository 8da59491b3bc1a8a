"""Says where a node's CPU goes while it has calls: by thread and C function (perf), by Python function (py-spy).

    make bench-profile [LOAD=200]

The calls are those of the scenario `ivr-defaults`: menus, announced, recorded both ways and sealed. The shares go to
bench/results/profile.json, of which `make bench-report` makes pictures for docs/performance.md.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.crowds import call
from bench.latest import machine
from bench.process import cpu_share
from bench.profile.results import PROFILE, save
from bench.profile.samples import busiest, shares
from bench.profile.sampling import Sampled, sampled
from bench.scenario import Place
from bench.scenarios.ivr import WITH_DEFAULTS
from bench.two_lengths import CallServer
from tests.peers.ports import Ports

_SAMPLES_S: Final = 10.0
_SETTLES_S: Final = 8.0
"""By the end of which the last caller has pressed a key and hears the second prompt."""
_MEASURES_S: Final = 5.0
_STARTS_PROFILERS_S: Final = 8.0
_MOST_THREADS: Final = 8
_MOST_C: Final = 10
_MOST_PYTHON: Final = 20


def main() -> int:
    """The command line; the exit code is 1 where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--load", type=int, default=200, help="calls at once")
    parser.add_argument("--results", type=Path, default=PROFILE)
    options = parser.parse_args()
    facts = machine()
    try:
        profile = asyncio.run(_profile(options.load))
    except RuntimeError as failure:
        print(failure, file=sys.stderr)
        return 1
    save({"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **facts, **profile}, options.results)
    print(f"written to {options.results}")
    return 0


async def _profile(load: int) -> dict[str, Any]:
    with TemporaryDirectory(prefix="telefoon-profile-") as folder:
        place = Place(Path(folder), Ports())
        async with WITH_DEFAULTS.running(place) as server:
            return await _under_calls(server, load, place)


async def _under_calls(server: CallServer, load: int, place: Place) -> dict[str, Any]:
    ramp_s = load / server.lengths.per_second(load)
    length_s = ramp_s + _SETTLES_S + _MEASURES_S + 2 * _SAMPLES_S + _STARTS_PROFILERS_S
    crowd = server.caller.crowd(load, server.lengths.per_second(load), length_s)
    calling = asyncio.create_task(call(crowd, server.sip_port, place))
    try:
        await asyncio.sleep(ramp_s + _SETTLES_S)
        share = await cpu_share(server.pid, _MEASURES_S)
        seen = await sampled(server.pid, _SAMPLES_S, place.fresh("samples"))
        outcome = await calling
    finally:
        calling.cancel()
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} of {load} calls failed: a profile of fewer calls says nothing.")
    return _told(seen, load, 1000 * share / load)


def _told(seen: Sampled, load: int, ms_per_call_second: float) -> dict[str, Any]:
    whole = sum(sum(counts.values()) for counts in seen.threads.values())
    return {
        "load": load,
        "cpu_ms_per_call_second": round(ms_per_call_second, 3),
        "threads": {
            name: {
                "share": round(sum(seen.threads[name].values()) / whole, 4),
                "functions": shares(seen.threads[name], _MOST_C, whole),
            }
            for name in busiest(seen.threads, _MOST_THREADS)
        },
        "python": shares(seen.python, _MOST_PYTHON),
    }


if __name__ == "__main__":
    sys.exit(main())
