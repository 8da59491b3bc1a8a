"""Storage of recordings' files: new ones, closed ones, those of a process that died; sealed, or plain where set so."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from engine.aio.disk_threads import Disk
from engine.errors import (
    ObjectMissing,
    ObjectStoreAway,
    ObjectStoreError,
    RecordingError,
    SealBroken,
    SetupError,
    StoreError,
)
from engine.model.recording import Recording
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.seal import ChunkCipher
from engine.recordings.files.audio import Audio, RecordedFile, RecordingFile
from engine.recordings.files.finishing import copy, described, loud_part
from engine.recordings.files.growing_file import sync_folder, writing_to
from engine.recordings.files.readable import FileReadable, Readable
from engine.recordings.files.sealed import SealedAudio, SealedRecordingFile, end_sealed
from engine.recordings.files.wav import SAMPLE_BYTES, WavAudio, WavRecordingFile, mend_wav
from engine.recordings.object_storage.readable import ObjectReadable
from engine.recordings.object_storage.store import ObjectStore

_SEALED: Final = ".sealed"
_WAV: Final = ".wav"
_PART: Final = ".part"
_LEAD_FRAMES: Final = 65536
_OPENED_WITHIN_S: Final = 15.0
_BEGUN_WITHIN_S: Final = 10.0
"""A call stands still for it; what is heard later waits for the disk in memory."""

T = TypeVar("T")


class RecordingStorage:
    """One folder, from which Mover carries what is closed to `store`, if there is one.

    `sealed` is for new recordings; each one's row says how it was written, and where it is.
    """

    def __init__(
        self, folder: Path, keys: KeyRing, *, sealed: bool, disk: Disk, store: ObjectStore | None = None
    ) -> None:
        self.folder = folder
        self.disk = disk
        self.store = store
        self._keys = keys
        self._sealed = sealed

    async def free_bytes(self) -> int:
        """Free bytes on the disk of the folder, which is made if need be. Raises RecordingError."""
        return await self.disk.run(self._free_bytes, at_most_s=_BEGUN_WITHIN_S)

    async def placed(self, row: Recording) -> Recording:
        """The recording with its file's name and, if it is to be sealed, its key. Raises RecordingError."""
        if not self._sealed:
            return replace(row, path=str(self.folder / f"{row.id}{_WAV}"))
        try:
            made = await self._keys.new_key(row.account_id, row.id)
        except (StoreError, SetupError, SealBroken) as error:
            raise RecordingError(f"There is no key to seal the recording with: {error}") from error
        return replace(row, path=str(self.folder / f"{row.id}{_SEALED}"), wrapped_key=made.wrapped)

    async def new_file(self, row: Recording) -> RecordingFile:
        """Its new file, which begins with the row's `lead_s` of silence. Raises RecordingError."""
        make = await self._maker(row)
        return await self.disk.run(partial(_begun, make, Path(row.path), row), at_most_s=_BEGUN_WITHIN_S)

    async def finished(self, row: Recording, *, trim: bool) -> RecordedFile:
        """Measure what was just closed; `trim` cuts silence off at both ends. Raises RecordingError."""
        read, make = await self._reader(row, partial(FileReadable, Path(row.path))), await self._maker(row)
        return await asyncio.to_thread(partial(_finished, read, make, Path(row.path), trim))

    async def audio(self, row: Recording) -> Audio:
        """Open a recording's sound. Raises RecordingError, SealBroken where it is not what was recorded."""
        read = await self._reader(row, partial(self._opened, row))
        try:
            async with asyncio.timeout(_OPENED_WITHIN_S):
                return await self.listen(row, read)
        except TimeoutError:
            where = "disk" if self.store is None else f"object store at {self.store.options.host}"
            raise ObjectStoreAway(f"The {where} does not answer within {_OPENED_WITHIN_S:g} s.") from None

    async def listen(self, row: Recording, work: Callable[[], T]) -> T:
        """Read its audio off the loop. A store that hangs holds up its own threads, not those of prompts and files."""
        if self.store is None or row.object_url is None:
            return await asyncio.to_thread(work)
        return await self.store.run(work)

    def close(self) -> None:
        """Once nobody reads any more."""
        if self.store is not None:
            self.store.close()

    async def has_sound(self, row: Recording) -> bool:
        """Whether there is anything to be read, here or in the store."""
        return row.object_url is not None or (bool(row.path) and await asyncio.to_thread(Path(row.path).exists))

    async def salvaged(self, row: Recording) -> tuple[RecordedFile, bool]:
        """What a process that died left of it, and whether that had been closed. Raises RecordingError."""
        read = await self._reader(row, partial(FileReadable, Path(row.path)))
        end = await self._mender(row)
        return await asyncio.to_thread(partial(_salvaged, read, end, Path(row.path)))

    async def erase(self, row: Recording) -> None:
        """Delete its file; none is fine. Its object goes once its row says so (Recordings). Raises RecordingError."""
        await asyncio.to_thread(_erase, Path(row.path))

    def _free_bytes(self) -> int:
        with writing_to(self.folder / _PART):
            self.folder.mkdir(parents=True, exist_ok=True)
            return shutil.disk_usage(self.folder).free

    async def _key(self, row: Recording) -> bytes:
        try:
            return await self._keys.key_of(row)
        except (StoreError, SetupError) as error:
            raise RecordingError(f"The recording's key is not at hand: {error}") from error

    async def _maker(self, row: Recording) -> Callable[[Path], RecordingFile]:
        if row.wrapped_key is None:
            return lambda path: WavRecordingFile(path, row.channels, row.rate_hz)
        key = await self._key(row)
        return lambda path: SealedRecordingFile(path, ChunkCipher.new(key, row.id, row.channels, row.rate_hz))

    async def _reader(self, row: Recording, opened: Callable[[], Readable]) -> Callable[[], Audio]:
        if row.wrapped_key is None:
            return lambda: WavAudio(opened())
        key = await self._key(row)
        return lambda: SealedAudio(opened(), key, row.id, frames=row.frames)

    def _opened(self, row: Recording) -> Readable:
        """Blocks. A row that was read a moment ago may tell of a file that is in the store by now."""
        path, store = Path(row.path), self.store
        if row.object_url is None:
            try:
                return FileReadable(path)
            except RecordingError:
                if store is None or path.exists():
                    raise
                with suppress(ObjectMissing):
                    return ObjectReadable(store, store.url_of(path.name))
                raise
        if store is None:
            raise ObjectStoreError(f"The recording is at {row.object_url}, and no object store is set.")
        return ObjectReadable(store, row.object_url)

    async def _mender(self, row: Recording) -> Callable[[], bool]:
        if row.wrapped_key is None:
            return lambda: mend_wav(Path(row.path), row.channels, row.rate_hz)
        key = await self._key(row)
        return lambda: end_sealed(Path(row.path), key, row.id)


def _begun(make: Callable[[Path], RecordingFile], path: Path, row: Recording) -> RecordingFile:
    file = make(path)
    left = round(row.lead_s * row.rate_hz)
    try:
        while left:
            block = min(left, _LEAD_FRAMES)
            file.append(bytes(block * row.channels * SAMPLE_BYTES))
            left -= block
    except RecordingError:
        file.abandon()
        raise
    return file


def _finished(read: Callable[[], Audio], make: Callable[[Path], RecordingFile], path: Path, trim: bool) -> RecordedFile:
    cut_s = _trimmed(read, make, path) if trim else 0.0
    with read() as audio:
        return replace(described(path, audio), cut_s=cut_s)


def _trimmed(read: Callable[[], Audio], make: Callable[[Path], RecordingFile], path: Path) -> float:
    """How many seconds were cut off the beginning."""
    part = path.with_suffix(_PART)
    with writing_to(path):
        part.unlink(missing_ok=True)
        try:
            with read() as audio:
                first, end = loud_part(audio)
                copy(audio, first, end, make(part))
                cut_s = first / audio.rate_hz
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
    return cut_s


def _salvaged(read: Callable[[], Audio], end: Callable[[], bool], path: Path) -> tuple[RecordedFile, bool]:
    with writing_to(path):
        path.with_suffix(_PART).unlink(missing_ok=True)
        if not path.exists():
            raise RecordingError("Nothing of it had been written yet.")
    was_closed = end()
    with read() as audio:
        if audio.frames:
            return described(path, audio), was_closed
    _erase(path)
    raise RecordingError("Nothing of it had been written yet.")


def _erase(path: Path) -> None:
    with writing_to(path):
        for each in (path.with_suffix(_PART), path):
            each.unlink(missing_ok=True)
        if path.parent.exists():
            sync_folder(path.parent)
