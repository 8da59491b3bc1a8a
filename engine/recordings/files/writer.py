"""Carries sound from a recorder's memory to its file twice a second, so that a process that dies loses little."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from engine.aio.disk_round import Turn
from engine.aio.disk_threads import Disk
from engine.aio.signal import Signal
from engine.errors import RecordingError
from engine.ports import Recorder
from engine.recordings.files.audio import RecordingFile

_WRITES_A_SYNC: Final = 2


class RecordingFileWriter:
    """Writes one recording to its file, until it is finished or a write fails: `failed` is told why, once."""

    def __init__(self, recorder: Recorder, file: RecordingFile, disk: Disk, failed: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._file = file
        self._disk = disk
        self._failed = failed
        self._ending = False
        self._writes = 0
        self._loop = asyncio.get_running_loop()
        self._at_work = threading.Lock()
        self._written = Signal()
        self._given_up = False
        self._error: Exception | None = None
        """Why writing ended early."""
        self._refused = False
        self._not_stopped: RecordingError | None = None
        self._turn: Turn | None = disk.round.add(self._write, self._fail)

    async def stop(self) -> None:
        """Hear no more; what was heard is still to be written, by `finish`."""
        try:
            await self._recorder.stop()
        except RecordingError as error:
            self._not_stopped = error

    async def finish(self) -> None:
        """Write the rest and close the file; after `stop`. Raises RecordingError; nothing is left open then.

        A disk that hung has as long again to move: then all that was heard is in the file.
        """
        self._ending = True
        if self._turn is not None:
            self._disk.round.remove(self._turn)
            self._turn = None  # it refers to this writer: all that was heard goes with the last of both
        try:
            if not await self._moves():
                raise self._error or RecordingError(f"The disk did not write within {self._disk.patience_s:g} s.")
            await self._disk.run(self._close)
        finally:
            self._recorder.close()
        if self._not_stopped is not None:
            raise self._not_stopped

    def _fail(self, error: Exception) -> None:
        self._error = error
        self._failed(str(error))

    async def _moves(self) -> bool:
        """Whether no write is under way, once the disk had time for it; else the one that is lets go of the file."""
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

    def _write(self) -> None:
        try:
            with self._at_work:
                if not self._ending:
                    self._append()
        finally:
            if self._ending:
                self._loop.call_soon_threadsafe(self._written.set)

    def _append(self) -> None:
        self._writes += 1
        try:
            if heard := self._recorder.take():
                self._file.append(heard)
            if self._writes % _WRITES_A_SYNC == 0:
                self._file.sync()
        except Exception:
            self._refused = True
            raise
        finally:
            if self._given_up:
                self._file.abandon()

    def _close(self) -> None:
        if not self._refused:
            try:
                while heard := self._recorder.take():
                    self._file.append(heard)
            except RecordingError:
                self._file.close()
                raise
        self._file.close()
