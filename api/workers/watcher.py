"""The watcher: starts a machine's workers and the SIP proxy before them, starts anew what ends, and ends them all."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog
import uvloop

from api.logging.logs import logging_as
from api.node.own_cores import keep_to
from api.node.private_files import keep_files_private
from api.node.stop_signals import StopSignals
from api.workers.plan import MachinePlan, WorkerPlan, planned, share_pepper
from api.workers.sip_proxy import proxy_command
from config.setting_sources import PREFIX
from config.settings import Settings
from engine.aio.first_done import first_done
from engine.aio.tasks import started, stopped
from engine.aio.waits import first_of
from engine.errors import SetupError
from engine.security.secrets import load_pepper

_UNTIL_WE_DIE: Final = ("setpriv", "--pdeathsig", "TERM")
_TELEFOON: Final = (sys.executable, "-m", "api.cli", "serve")
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_LASTING_S: Final = 60.0
"""What has run for so long had no fault of its start: it is started anew after the shortest pause."""
_LOOK_S: Final = 0.1

log = structlog.get_logger(__name__)


def serve_workers(settings: Settings, count: int) -> int:
    """Run so many workers until SIGTERM or SIGINT; the exit code. Raises SetupError."""
    keep_files_private()
    keep_to(settings.cores)
    plan = planned(settings, count)
    command = proxy_command(plan, settings.data_dir.resolve() / "kamailio")
    load_pepper(settings.data_dir.resolve())
    for each in plan.workers:
        share_pepper(each)
    with logging_as(settings):
        return uvloop.run(_watch(plan, command))


@dataclass(slots=True)
class Watched:
    """A program that is started anew whenever it ends by itself. It belongs to the loop's thread."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    code: int | None = None
    """With which it ended last."""
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def run(self) -> None:
        """Start it again and again, until cancelled."""
        loop, pause_s = asyncio.get_running_loop(), _FIRST_PAUSE_S
        while True:
            began = loop.time()
            await self._once()
            lasted = loop.time() - began > _LASTING_S
            pause_s = _FIRST_PAUSE_S if lasted else min(2 * pause_s, _LONGEST_PAUSE_S)
            log.error("worker_ended", name=self.name, code=self.code, again_in_s=pause_s)
            await asyncio.sleep(pause_s)

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def ended(self) -> None:
        """Wait until it has ended."""
        if self._process is not None:
            self.code = await self._process.wait()

    async def _once(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *_UNTIL_WE_DIE, *self.command, env=self.environment, start_new_session=True
        )
        self.code = await self._process.wait()


async def _watch(plan: MachinePlan, proxy: Sequence[str]) -> int:
    signals = StopSignals.heard()
    before = Watched("kamailio", proxy, dict(os.environ))
    workers = [Watched(each.name, _TELEFOON, _environment(each)) for each in plan.workers]
    tasks = [started(before.run(), "SIP proxy")]
    try:
        # The first makes the database's tables and the master key, which the others find then.
        for each, worker in zip(plan.workers, workers, strict=True):
            tasks.append(started(worker.run(), f"worker {each.name}"))
            if each is plan.workers[0]:
                await _until_it_serves(each, worker, signals)
        log.info("workers_serve", workers=len(workers), sip=f"{plan.hosts[0]}:{plan.outside_port}")
        await first_done(signals.asked.happened, *tasks)
        for task in tasks:
            if task.done():  # it goes on for ever, or fails
                task.result()
    finally:
        # None is started anew from now on.
        await stopped(*tasks)
        await _end(workers, signals)
        before.send(signal.SIGTERM)
        await before.ended()
    return 0


async def _until_it_serves(plan: WorkerPlan, worker: Watched, signals: StopSignals) -> None:
    """Raises SetupError where it ends first: what hinders it hinders all."""
    url = f"{plan.settings['NODE_URL']}/healthz"
    async with aiohttp.ClientSession() as client:
        while not signals.asked.is_set():
            if worker.code is not None:
                raise SetupError(f"The worker {worker.name} ended with code {worker.code} before it served.")
            try:
                async with client.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(_LOOK_S)


async def _end(workers: Sequence[Watched], signals: StopSignals) -> None:
    """Have all workers end their calls first, or at once where that is asked for."""
    for each in workers:
        each.send(signal.SIGTERM)
    ending = asyncio.gather(*(each.ended() for each in workers))
    hurrying = started(_hurry(workers, signals), "end of workers")
    try:
        await ending
    finally:
        await stopped(hurrying)


async def _hurry(workers: Sequence[Watched], signals: StopSignals) -> None:
    await first_of(signals.at_once)
    for each in workers:
        each.send(signal.SIGINT)


def _environment(plan: WorkerPlan) -> dict[str, str]:
    return dict(os.environ) | {f"{PREFIX}{name}": value for name, value in plan.settings.items()}
