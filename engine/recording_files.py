"""A recording's files on this node's disk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from engine.recording import Recording
from engine.store import Recordings

_CHUNK_BYTES: Final = 256 * 1024


async def discard(row: Recording, rows: Recordings) -> None:
    """File first, so that a failure never leaves a file without its row. Raises StoreError, OSError."""
    await asyncio.to_thread(_delete_files, Path(row.path))
    await rows.delete(row.id)


async def audio(row: Recording) -> AsyncIterator[bytes]:
    """The WAV as it is downloaded; nothing where there is no file."""
    try:
        file = await asyncio.to_thread(Path(row.path).open, "rb")
    except FileNotFoundError:
        return
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


def _delete_files(recording: Path) -> None:
    """Its tracks too, which are left where it could not be closed."""
    for file in recording.parent.glob(f"{recording.stem}.*"):
        file.unlink(missing_ok=True)
