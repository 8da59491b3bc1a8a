"""WAV files kept by what they hold, so that a prompt is made once and played often."""

import asyncio
import hashlib
import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from engine.aio.tasks import started
from engine.aio.waits import joined
from tts.scratch import remove_orphans, scratch_folder

SCRATCH: Final = "scratch"
_TIDY_SHARE: Final = 20  # tidy each time that a twentieth of the room has been filled
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Flight:
    """A file being made, and how many wait for it."""

    task: asyncio.Task[Path]
    waiting: int = 0


@dataclass(slots=True)
class PromptCache:
    """Files in `folder`, named by the hash of what made them; several processes may share the folder.

    Past `max_bytes` the least recently used go, but none that was used in the last `keep_s` seconds: it may
    be playing. Reading a file's time of last use costs nothing, as the cache sets the modification time.
    """

    folder: Path
    max_bytes: int = 1_000_000_000
    keep_s: float = 900.0
    _flights: dict[str, _Flight] = field(default_factory=dict, init=False)
    _new_bytes: int = field(default=0, init=False)

    @property
    def scratch(self) -> Path:
        """A folder on the same file system, for what is not finished."""
        return self.folder / SCRATCH

    async def get(self, recipe: Mapping[str, Any], make: Callable[[Path], Awaitable[None]]) -> Path:
        """The file of this recipe. If there is none, `make` writes it to the path it is given.

        However many ask at once, it is made once; if all of them are cancelled, so is the making.
        """
        key = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()
        path = self.folder / key[:2] / f"{key}.wav"
        if _touched(path):
            return path
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(started(self._made(path, make), f"prompt {key[:8]}"))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _task: self._landed(key, flight))
        flight.waiting += 1
        try:
            return await joined(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                # Gone from the table at once: who asks from now on must not join a cancelled flight.
                self._landed(key, flight)
                flight.task.cancel()

    async def close(self) -> None:
        """Cancel what is being made, and wait until it has stopped."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def tidy(self) -> None:
        """Remove leftovers of processes that died, and what is beyond max_bytes."""
        await asyncio.to_thread(self._tidy)

    async def _made(self, path: Path, make: Callable[[Path], Awaitable[None]]) -> Path:
        folder = scratch_folder(self.scratch)
        try:
            part = folder / "prompt.wav"
            await make(part)
            self._new_bytes += part.stat().st_size
            path.parent.mkdir(exist_ok=True)
            part.replace(path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if self._new_bytes > self.max_bytes // _TIDY_SHARE:
            self._new_bytes = 0
            await self.tidy()
        return path

    def _landed(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _tidy(self) -> None:
        now = time.time()
        remove_orphans(self.scratch)
        files = sorted(((_last_use(path), _size(path), path) for path in self.folder.glob("??/*.wav")), reverse=True)
        kept = 0
        for used, size, path in files:
            kept += size
            if kept > self.max_bytes and now - used > self.keep_s:
                path.unlink(missing_ok=True)
                _log.info("prompt_evicted", file=path.name, bytes=size)


def _touched(path: Path) -> bool:
    """Whether the file is there; its use is noted."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
