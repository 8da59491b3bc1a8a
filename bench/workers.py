"""Our side as a whole machine: `telefoon serve` as one node, or as workers behind Kamailio, with its PostgreSQL."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.database_server import database_server, pid_of
from bench.node import ACCOUNT, NUMBER, Node, environment, served, telefoon
from bench.process import usage
from bench.scenario import Place
from scripts.kamailio import KAMAILIO, MODULES, PROGRAM
from scripts.progress import Progress

_SERVE_S: Final = 60.0
_LOOK_S: Final = 0.5

Shares = Mapping[str, float]
"""CPU seconds by program: nodes, proxy, database."""


@dataclass(frozen=True, slots=True)
class MeasuredMachine:
    """All of it runs; `one` is what clients and callers have."""

    one: Node
    database_pid: int
    proxy_pid: int | None

    def spent(self) -> Shares:
        """CPU seconds so far, with those of children."""
        proxy = usage(self.proxy_pid).cpu_s if self.proxy_pid is not None else 0.0
        return {
            "nodes": usage(self.one.pid).cpu_s - proxy,
            "proxy": proxy,
            "database": usage(self.database_pid).cpu_s,
        }

    async def idle(self, seconds: float) -> Shares:
        """What it takes a second while nobody calls."""
        before = self.spent()
        await asyncio.sleep(seconds)
        return {program: (now - before[program]) / seconds for program, now in self.spent().items()}


def cpu_per_call(before: Shares, after: Shares, idle: Shares, seconds: float, calls: int) -> dict[str, float]:
    """What a call took of each program and of all, in ms, less what each takes in as many seconds without any call."""
    own = {each: 1000 * (after[each] - before[each] - seconds * idle[each]) / calls for each in before}
    return {"cpu_ms_per_call": sum(own.values()), **{f"{each}_cpu_ms_per_call": took for each, took in own.items()}}


@asynccontextmanager
async def machine(
    place: Place, workers: int, settings: Mapping[str, str], number: Mapping[str, str]
) -> AsyncIterator[MeasuredMachine]:
    """One that serves, with NUMBER, whose options (as --url) are in `number`; a single worker has no proxy."""
    folder = place.fresh("machine")
    with database_server() as server:
        given = {"DATABASE_URL": server.migrated_database(), "WORKERS": str(workers), **_ports(place, workers)}
        known = environment(place, folder, {**settings, **given}) | await asyncio.to_thread(_with_kamailio)
        key = (await telefoon(place, known, "keys", "create", "--account", ACCOUNT)).split()[-1]
        options = [each for name, value in number.items() for each in (name, value)]
        await telefoon(place, known, "numbers", "add", NUMBER, "--account", ACCOUNT, *options)
        async with served(place, known, folder, key) as one:
            await _serving(place, known, workers)
            proxy_pid = int((one.data / "kamailio" / "kamailio.pid").read_text()) if workers > 1 else None
            yield MeasuredMachine(one, pid_of(server), proxy_pid)


def _ports(place: Place, workers: int) -> dict[str, str]:
    """First ports of ranges in which each worker has its own, as docs/scaling.md says."""
    return {"HTTP_PORT": str(place.ports.block(workers + 1)), "SIP_PORT": str(place.ports.block(2 * workers + 4))}


def _with_kamailio() -> dict[str, str]:
    """Variables of the environment with which it is found where it is unpacked."""
    root = KAMAILIO.made(Progress())
    (modules,) = root.glob(str(MODULES))
    return {
        "PATH": os.pathsep.join((str((root / PROGRAM).parent), os.environ["PATH"])),
        "LD_LIBRARY_PATH": str(modules.parent),
    }


async def _serving(place: Place, settings: Mapping[str, str], workers: int) -> None:
    """Wait until so many nodes serve. Raises TimeoutError."""
    async with asyncio.timeout(_SERVE_S):
        while True:
            listed = json.loads(await telefoon(place, settings, "nodes", "list", "--json"))
            if [each["state"] for each in listed] == ["serving"] * workers:
                return
            await asyncio.sleep(_LOOK_S)
