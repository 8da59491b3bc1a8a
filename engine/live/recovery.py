"""What a node puts right at its start: calls, conferences and recordings of a process that died."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import soundfile
import structlog

from engine.call import Attempt, Call, Event
from engine.conference import ConferenceStatus, become
from engine.live.journal import Journal, Ledger
from engine.live.services import Services
from engine.recording import Recording, RecordingStatus

_DIED: Final = "The process that carried it ended without closing it."

log = structlog.get_logger(__name__)


async def recover(services: Services) -> None:
    """Close everything that this node left open. Raises StoreError."""
    for call in await services.ledger.calls.open_on(services.node):
        await _fail(call, services.ledger)
    for conference in await services.conferences.open_on(services.node):
        now = services.clock.now()
        for participant in await services.conferences.participants(conference.id):
            await services.conferences.leave(participant.id, now)
        if conference.status is not ConferenceStatus.INIT:
            await services.conferences.save(become(conference, ConferenceStatus.COMPLETED, now))
    for recording in await services.recordings.unfinished(services.node):
        row = await asyncio.to_thread(_closed, recording)
        await services.recordings.save(replace(row, ended_at=services.clock.now()))
        log.warning("recording_recovered", recording=row.id, status=row.status, error=row.error)


async def _fail(call: Call, ledger: Ledger) -> None:
    journal = Journal(call, ledger)
    async with journal.writing():
        journal.tried(Attempt(call.node, call.to, _DIED))
        journal.note("process_died")
        journal.happened(Event.BROKE)
    log.warning("call_recovered", call_id=call.id)


def _closed(recording: Recording) -> Recording:
    """With the figures of its file, if that was complete."""
    path = Path(recording.path)
    try:
        info = soundfile.info(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, soundfile.SoundFileError):
        return replace(recording, status=RecordingStatus.FAILED, error=_DIED)
    return replace(
        recording,
        status=RecordingStatus.COMPLETED,
        seconds=info.frames / info.samplerate,
        size_bytes=path.stat().st_size,
        sha256=digest,
        rate_hz=info.samplerate,
    )
