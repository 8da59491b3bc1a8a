"""Carries closed recordings from this node's disk to the object store, and removes the objects of deleted ones.

The disk is the spool: a recording is complete there before it is sent, and stays until the store holds it whole. What
fails is tried again with growing pauses for ever. A process may die anywhere: see engine.store.moves.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from engine.errors import ObjectStoreAway, ObjectStoreError, RecordingError, StoreError
from engine.model.recording import Recording
from engine.ports import Clock
from engine.recordings.files.growing_file import writing_to
from engine.recordings.object_storage.removal import Removal
from engine.recordings.object_storage.store import ObjectContent, ObjectStore
from engine.store.moves import Moves

AT_ONCE: Final = 4
_LOOK_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_ASKED_AT_ONCE: Final = 500

log = structlog.get_logger(__name__)


class Mover:
    """Moves a node's closed recordings from `folder` to the object store, and removes those that are deleted.

    There is one such process a node, and no other uploads."""

    def __init__(
        self, folder: Path, store: ObjectStore, moves: Moves, removal: Removal, clock: Clock, *, node: str
    ) -> None:
        self._folder = folder
        self._store = store
        self._moves = moves
        self._removal = removal
        self._clock = clock
        self._node = node
        self._uploading: set[str] = set()
        self._lost: set[str] = set()

    async def run(self) -> None:
        """Move finished recordings into the object store, for ever; cancel it to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self.upload_all, once=self._clear_leftovers))
            group.create_task(self._again_and_again(self.remove_all))

    async def upload_all(self) -> None:
        """What is closed. Raises StoreError, ObjectStoreError where any could not be."""
        left = [row for row in await self._moves.to_upload(self._node) if row.id not in self._lost]
        refusal: ObjectStoreError | None = None
        for first in range(0, len(left), AT_ONCE):
            # Threads can't be stopped, so each is waited for: whoever is told that one failed may then try again.
            batch = map(self._upload, left[first : first + AT_ONCE])
            for outcome in await asyncio.gather(*batch, return_exceptions=True):
                if isinstance(outcome, ObjectStoreError) and not isinstance(outcome, ObjectStoreAway):
                    refusal = outcome
                elif outcome is not None:
                    raise outcome
        if refusal is not None:
            raise refusal

    async def remove_all(self) -> None:
        """Objects of deleted recordings. Raises StoreError, ObjectStoreError where any could not be."""
        refusal: ObjectStoreError | None = None
        for move in await self._moves.to_remove(self._node):
            if move.recording_id in self._uploading:
                continue
            try:
                await self._removal.remove(move)
            except ObjectStoreAway:
                raise
            except ObjectStoreError as error:
                refusal = error
            else:
                log.info("object_removed", recording=move.recording_id)
        if refusal is not None:
            raise refusal

    async def _upload(self, row: Recording) -> None:
        """One whose file can't be read is left alone until the next start: it was deleted just now, or is lost."""
        self._uploading.add(row.id)
        try:
            await self._move(row.id, Path(row.path))
        except ObjectStoreError:
            raise
        except RecordingError as error:
            self._lost.add(row.id)
            log.warning("recording_not_uploaded", recording=row.id, reason=str(error))
        finally:
            self._uploading.discard(row.id)

    async def _move(self, recording_id: str, path: Path) -> None:
        content = await self._store.run(partial(_content, path))
        url = await self._moves.begin(recording_id, self._store.url_of(path.name), self._clock.now())
        if url is None:
            return
        await self._send(path, url, content)
        if await self._moves.uploaded(recording_id, url):
            await self._store.run(partial(_remove, path))
            log.info("recording_uploaded", recording=recording_id, size_bytes=content.size)

    async def _send(self, path: Path, url: str, content: ObjectContent) -> None:
        """Unless an attempt whose process died had done so."""
        holds = partial(self._store.holds, url, content)
        if await self._store.run(holds):
            return
        await self._store.run(partial(self._store.put, path, url, content))
        if not await self._store.run(holds):
            raise ObjectStoreError(
                f"The object store at {self._store.options.host} holds something else than was sent."
            )

    async def _clear_leftovers(self) -> None:
        """Files of recordings that are in the store: their process died before it removed them."""
        files = {path.stem: path for path in await self._store.run(self._files)}
        names = list(files)
        for first in range(0, len(names), _ASKED_AT_ONCE):
            for name in await self._moves.already_there(names[first : first + _ASKED_AT_ONCE]):
                await self._store.run(partial(_remove, files[name]))
                log.info("leftover_removed", recording=name)

    def _files(self) -> list[Path]:
        with writing_to(self._folder):
            return list(self._folder.iterdir()) if self._folder.is_dir() else []

    async def _again_and_again(
        self, work: Callable[[], Awaitable[None]], once: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        failures = 0
        while True:
            try:
                if once is not None:
                    await once()
                    once = None
                await work()
                failures = 0
            except (RecordingError, StoreError) as error:
                failures += 1
                log.warning("object_store_waits", reason=str(error), again_in_s=pause_s(failures))
            await self._clock.sleep(pause_s(failures))


def pause_s(failures: int) -> float:
    """Until it is tried again after so many failures in a row."""
    return float(min(_LOOK_S * 2 ** min(max(failures - 1, 0), 32), _LONGEST_PAUSE_S))


def _remove(path: Path) -> None:
    with writing_to(path):
        path.unlink(missing_ok=True)


def _content(path: Path) -> ObjectContent:
    try:
        with path.open("rb") as file:
            return ObjectContent(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise RecordingError(f"{path} can't be read: {error.strerror}.") from error
