"""A recording's sound read whole, and removed together with its row."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from engine.recording import Recording
from engine.recording_shelf import RecordingShelf
from engine.store import Recordings
from engine.tape.wav import WavView

_CHUNK_BYTES: Final = 256 * 1024


async def discard(row: Recording, rows: Recordings, shelf: RecordingShelf) -> None:
    """File first, so that a failure never leaves a file without its row; its object goes later.

    Raises StoreError, RecordingError.
    """
    if row.path:
        await shelf.erase(row)
    await rows.delete(row.id)


async def audio(row: Recording, shelf: RecordingShelf) -> AsyncIterator[bytes]:
    """The WAV as it is downloaded; nothing where there is no file. Raises RecordingError, SealBroken."""
    if not await shelf.has_sound(row):
        return
    with await shelf.audio(row) as opened:
        view = WavView(opened)
        for at in range(0, view.size, _CHUNK_BYTES):
            yield await shelf.listen(row, partial(view.read, at, _CHUNK_BYTES))
