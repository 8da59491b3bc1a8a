"""A recording's sound read whole, and removed together with its row."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from engine.model.recording import Recording
from engine.recordings.files.wav import WavView
from engine.recordings.storage import RecordingStorage
from engine.store.recordings import Recordings

_CHUNK_BYTES: Final = 256 * 1024


async def discard(row: Recording, rows: Recordings, recording_storage: RecordingStorage) -> None:
    """File first, so that a failure never leaves a file without its row; its object goes later.

    Raises StoreError, RecordingError.
    """
    if row.path:
        await recording_storage.erase(row)
    await rows.delete(row.id)


async def audio(row: Recording, recording_storage: RecordingStorage) -> AsyncIterator[bytes]:
    """The WAV as it is downloaded; nothing where there is no file. Raises RecordingError, SealBroken."""
    if not await recording_storage.has_sound(row):
        return
    with await recording_storage.audio(row) as opened:
        view = WavView(opened)
        for at in range(0, view.size, _CHUNK_BYTES):
            yield await recording_storage.listen(row, partial(view.read, at, _CHUNK_BYTES))
