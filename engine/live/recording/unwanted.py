"""Recordings of which nothing is to be kept, since consent to them was withdrawn."""

from dataclasses import replace
from typing import Final

from engine.errors import RecordingError
from engine.model.recording import Recording, erased
from engine.recordings.storage import RecordingStorage

WITHDRAWN: Final = "Consent was withdrawn, and with it the recording."


async def without_audio(row: Recording, recording_storage: RecordingStorage) -> Recording:
    """Its row once its file and its key are gone; where the file can't be deleted, without the key all the same."""
    error = WITHDRAWN
    try:
        await recording_storage.erase(row)
    except RecordingError as failure:
        error = f"{WITHDRAWN} Its file could not be deleted: {failure}"
    return replace(erased(row), seconds=None, size_bytes=None, sha256=None, error=error)
