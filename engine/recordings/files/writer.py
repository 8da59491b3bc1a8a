"""Carries sound from a recorder's memory to its file twice a second, so that a process that dies loses little."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from engine.aio.disk_threads import Disk
from engine.aio.tasks import started
from engine.errors import RecordingError
from engine.ports import Recorder
from engine.recordings.files.audio import Tape

WRITE_EVERY_S: Final = 0.5
_WRITES_A_SYNC: Final = 2


class TapeWriter:
    """Writes one recording to its file, until it is finished or a write fails: `failed` is told why, once."""

    def __init__(self, recorder: Recorder, tape: Tape, disk: Disk, failed: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._tape = tape
        self._disk = disk
        self._failed = failed
        self._ending = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._at_work = threading.Lock()
        self._written = asyncio.Event()
        self._given_up = False
        self._error: RecordingError | None = None
        """Why writing ended early."""
        self._refused = False
        self._not_stopped: RecordingError | None = None
        self._writing = started(self._keep_writing())

    async def stop(self) -> None:
        """Hear no more; what was heard is still to be written, by `finish`."""
        try:
            await self._recorder.stop()
        except RecordingError as error:
            self._not_stopped = error

    async def finish(self) -> None:
        """Write the rest and close the tape; after `stop`. Raises RecordingError; nothing is left open then.

        A disk that hung has as long again to move: then all that was heard is on the tape.
        """
        self._ending.set()
        try:
            await self._writing
            if self._error is not None and not await self._moves():
                raise self._error
            await self._disk.run(self._close)
        finally:
            self._recorder.close()
        if self._not_stopped is not None:
            raise self._not_stopped

    async def _keep_writing(self) -> None:
        writes = 0
        while not await self._is_ending():
            writes += 1
            try:
                await self._disk.run(partial(self._write, sync=writes % _WRITES_A_SYNC == 0))
            except RecordingError as error:
                self._error = error
                self._failed(str(error))
                return

    async def _moves(self) -> bool:
        """Whether no write is under way, once the disk had time for it; else the one that is lets go of the tape."""
        self._written.clear()
        if not self._at_work.locked():
            return True
        try:
            async with asyncio.timeout(self._disk.patience_s):
                await self._written.wait()
        except TimeoutError:
            self._given_up = True
            return False
        return True

    async def _is_ending(self) -> bool:
        try:
            async with asyncio.timeout(WRITE_EVERY_S):
                await self._ending.wait()
        except TimeoutError:
            return False
        return True

    def _write(self, *, sync: bool) -> None:
        try:
            with self._at_work:
                self._append(sync=sync)
        finally:
            self._loop.call_soon_threadsafe(self._written.set)

    def _append(self, *, sync: bool) -> None:
        try:
            if heard := self._recorder.take():
                self._tape.append(heard)
            if sync:
                self._tape.sync()
        except RecordingError:
            self._refused = True
            raise
        finally:
            if self._given_up:
                self._tape.abandon()

    def _close(self) -> None:
        if not self._refused:
            try:
                while heard := self._recorder.take():
                    self._tape.append(heard)
            except RecordingError:
                self._tape.close()
                raise
        self._tape.close()
