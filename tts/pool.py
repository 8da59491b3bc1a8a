"""Worker processes behind asyncio: a job in, an answer out, whatever the worker does.

Engines hang and crash, so a job has a time limit: past it the worker is killed and the job fails. A worker
that dies by itself is replaced and the job tried once more. A worker with nothing to do ends after a while.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import structlog

from engine.aio.tasks import BackgroundTasks
from engine.aio.waits import to_its_end
from tts.scratch import remove_orphans, scratch_folder

START_TIMEOUT_S: Final = 30.0
"""For a process to be ready; 0.2 s on an idle machine."""

RECYCLE_AFTER: Final = 1000
"""Jobs after which a worker makes place for a fresh one, should a library leak."""

IDLE_S: Final = 60.0
"""After which a worker without jobs ends: each has 30 to 70 MiB, and the next is there in 0.2 s."""

_END_TIMEOUT_S: Final = 2.0
_LAST_WORDS: Final = 2000  # bytes of a dead worker's stderr that are logged

_log = structlog.get_logger(__name__)


class PoolError(Exception):
    """A job that was not done; the text may be shown to a user."""


class PoolFull(PoolError):
    """More jobs wait than the pool may hold."""


class JobRefused(PoolError):
    """The worker says that it can't do this job."""


class JobTimedOut(PoolError):
    """The worker was killed because the job took too long."""


class WorkerDied(PoolError):
    """The worker died of this job, twice."""


@dataclass(slots=True)
class _Process:
    """A worker process that runs."""

    process: asyncio.subprocess.Process
    stderr: IO[bytes]
    folder: Path
    jobs: int = 0

    async def ask(self, line: bytes) -> dict[str, Any]:
        """Send one line, wait for one. Raises EOFError if the process dies."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line)
            await self.process.stdin.drain()
        except ConnectionError as error:
            raise EOFError from error
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def last_words(self) -> str:
        size = self.stderr.seek(0, os.SEEK_END)
        self.stderr.seek(max(0, size - _LAST_WORDS))
        return self.stderr.read().decode(errors="replace")

    async def end(self, *, kill: bool) -> None:
        """End it: by closing its stdin, or by force, which is also what follows when it doesn't listen."""
        try:
            if not kill and self.process.stdin is not None:
                self.process.stdin.close()
                async with asyncio.timeout(_END_TIMEOUT_S):
                    await self.process.wait()
        except TimeoutError:
            _log.warning("speech_worker_did_not_end", pid=self.process.pid)
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await to_its_end(self.process.wait())
            self.stderr.close()
            shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(slots=True)
class _Seat:
    """One of the pool's places: its process is started when a job needs it, and ended when none has for a while."""

    process: _Process | None = None
    ending: asyncio.TimerHandle | None = None

    def keep(self) -> None:
        if self.ending is not None:
            self.ending.cancel()
            self.ending = None

    def vacated(self) -> _Process | None:
        process, self.process = self.process, None
        return process


@dataclass(slots=True)
class WorkerPool:
    """At most `size` workers; `queue_limit` jobs may wait beyond those being done.

    `scratch` is a folder for the workers' temporary files; the pool makes it and the owner removes it. `program`
    is the module that the processes run. They end after `idle_s` without a job, or never where that is None.
    They run on `cores`, or where there are none, on those of this process.
    """

    scratch: Path
    size: int = 2
    queue_limit: int = 200
    espeak: str = "auto"
    recycle_after: int = RECYCLE_AFTER
    program: str = "tts.worker"
    idle_s: float | None = IDLE_S
    cores: frozenset[int] = frozenset()
    _seats: asyncio.LifoQueue[_Seat] = field(init=False)
    _all: tuple[_Seat, ...] = field(init=False)
    _pending: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)
    _ending: BackgroundTasks = field(init=False)

    def __post_init__(self) -> None:
        self._all = tuple(_Seat() for _ in range(self.size))
        self._seats = asyncio.LifoQueue()
        self._ending = BackgroundTasks("speech workers")
        remove_orphans(self.scratch)
        for seat in self._all:
            self._seats.put_nowait(seat)

    @property
    def pids(self) -> tuple[int, ...]:
        """Processes that are running now."""
        return tuple(seat.process.process.pid for seat in self._all if seat.process is not None)

    @property
    def idle(self) -> bool:
        """Whether a job would be begun at once."""
        return self._pending < self.size

    async def run(self, job: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
        """Have the job done and give what it gave. `timeout_s` counts from when a worker takes it.

        Raises PoolFull, JobRefused, JobTimedOut or WorkerDied.
        """
        if self._closed:
            raise PoolError("The server is shutting down.")
        if self._pending >= self.size + self.queue_limit:
            raise PoolFull(f"{self._pending} prompts are being made or wait their turn; try again later.")
        line = json.dumps(job).encode() + b"\n"
        self._pending += 1
        try:
            async with self._seat() as seat:
                try:
                    return await self._try(seat, line, timeout_s)
                except EOFError:
                    return await self._try(seat, line, timeout_s)
        except EOFError as error:
            raise WorkerDied("The worker process crashed on this, twice.") from error
        finally:
            self._pending -= 1

    async def close(self) -> None:
        """End all workers; jobs in flight must have been cancelled or awaited."""
        self._closed = True
        await self._ending.close()
        async with asyncio.TaskGroup() as group:
            for seat in self._all:
                seat.keep()
                if process := seat.vacated():
                    group.create_task(process.end(kill=False))

    @asynccontextmanager
    async def _seat(self) -> AsyncIterator[_Seat]:
        seat = await self._seats.get()
        seat.keep()
        try:
            yield seat
        finally:
            if seat.process is not None and self.idle_s is not None and not self._closed:
                seat.ending = asyncio.get_running_loop().call_later(self.idle_s, self._end_idle, seat)
            self._seats.put_nowait(seat)

    def _end_idle(self, seat: _Seat) -> None:
        seat.ending = None
        if process := seat.vacated():
            self._ending.begin(process.end(kill=False))

    async def _try(self, seat: _Seat, line: bytes, timeout_s: float) -> dict[str, Any]:
        """One attempt. The process does not outlive anything but an answer: its pipe may be out of step."""
        process = await self._process(seat)
        answered = False
        try:
            async with asyncio.timeout(timeout_s):
                answer = await process.ask(line)
            answered = True
        except TimeoutError as error:
            raise JobTimedOut(
                f"The worker process did not finish within {timeout_s:g} seconds and was stopped."
            ) from error
        except EOFError:
            # Waited for, so that the log tells what it died of.
            code = await process.process.wait()
            _log.warning("speech_worker_died", code=code, stderr=process.last_words())
            raise
        finally:
            process.jobs += 1
            if not answered or process.jobs >= self.recycle_after:
                seat.process = None
                await to_its_end(process.end(kill=not answered))
        if "error" in answer:
            raise JobRefused(answer["error"])
        done: dict[str, Any] = answer["ok"]
        return done

    async def _process(self, seat: _Seat) -> _Process:
        if seat.process is None:
            seat.process = await self._started()
        return seat.process

    async def _started(self) -> _Process:
        """A fresh worker that has said it is ready. Raises PoolError if it does not."""
        folder = scratch_folder(self.scratch)
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _Process.end
        process = _Process(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", self.program, str(folder), self.espeak, str(os.getpid())),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=_environment(),
            ),
            stderr,
            folder,
        )
        self._place(process.process.pid)
        ready = False
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await process.answer()
            ready = True
        except TimeoutError as error:
            raise PoolError(f"A speech worker was not ready within {START_TIMEOUT_S:.0f} seconds.") from error
        except EOFError as error:
            await process.process.wait()
            raise PoolError(f"A speech worker does not start: {process.last_words()}") from error
        finally:
            if not ready:
                await to_its_end(process.end(kill=True))
        return process

    def _place(self, pid: int) -> None:
        """Its threads begin later, and run where it runs."""
        if self.cores:
            with suppress(ProcessLookupError):  # it has died, which whoever waits for it finds
                os.sched_setaffinity(pid, self.cores)


def _environment() -> dict[str, str]:
    """The worker's: one thread for each library, and our packages found wherever it is started."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
