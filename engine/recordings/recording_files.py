"""A recording's sound read whole, and removed together with its row."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Final

from engine.model.recording import Recording
from engine.recordings.files.wav import WavView
from engine.recordings.storage import RecordingStorage
from engine.store.connections import Job
from engine.store.node_duties import deleting
from engine.store.recordings import Recordings

_CHUNK_BYTES: Final = 256 * 1024


async def discard(
    row: Recording, rows: Recordings, recording_storage: RecordingStorage, node: str, at: datetime
) -> None:
    """Delete a recording: file first, so that a failure never leaves a file without its row; its object goes later.

    A file on another node's disk than `node`'s is that one's to delete; its key is gone at once. Raises StoreError,
    RecordingError.
    """
    await rows.delete(row.id, await file_deleted(row, recording_storage, node, at))


async def file_deleted(
    row: Recording, recording_storage: RecordingStorage, node: str, at: datetime
) -> Job[None] | None:
    """Delete a recording's file if it is here; else the job by which its node will. Raises RecordingError."""
    if not row.path:
        return None
    if row.node != node and row.object_url is None:
        return deleting(row, at)
    await recording_storage.erase(row)
    return None


async def audio(row: Recording, recording_storage: RecordingStorage) -> AsyncIterator[bytes]:
    """The WAV as it is downloaded; nothing where there is no file. Raises RecordingError, SealBroken."""
    if not await recording_storage.has_sound(row):
        return
    with await recording_storage.audio(row) as opened:
        view = WavView(opened)
        for at in range(0, view.size, _CHUNK_BYTES):
            yield await recording_storage.listen(row, partial(view.read, at, _CHUNK_BYTES))
