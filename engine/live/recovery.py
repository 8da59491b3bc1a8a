"""What a node puts right at its start: calls, conferences and recordings of a process that died."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from engine.call import Attempt, Call, Event
from engine.conference import ConferenceStatus, become
from engine.errors import RecordingError
from engine.live.journal import Journal, Ledger
from engine.live.services import Services
from engine.live.unwanted import without_audio
from engine.recording import Recording, RecordingStatus

_DIED: Final = "The process that carried it ended without closing it."
_CUT_SHORT: Final = f"{_DIED} It holds what was heard up to then."

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
        row = await _closed(recording, services)
        await services.recordings.save(row)
        log.warning("recording_recovered", recording=row.id, status=row.status, error=row.error)


async def _fail(call: Call, ledger: Ledger) -> None:
    journal = Journal(call, ledger)
    async with journal.writing():
        journal.tried(Attempt(call.node, call.to, _DIED))
        journal.note("process_died")
        journal.happened(Event.BROKE)
    log.warning("call_recovered", call_id=call.id)


async def _closed(recording: Recording, services: Services) -> Recording:
    """With the figures of what is left of it: all where it had been closed, else up to the process's end."""
    if recording.unwanted:
        return replace(await without_audio(recording, services.shelf), ended_at=services.clock.now())
    try:
        file, was_closed = await services.shelf.salvaged(recording)
    except RecordingError as error:
        reason = f"{_DIED} {error}"
        return replace(recording, status=RecordingStatus.FAILED, error=reason, ended_at=services.clock.now())
    return replace(
        recording,
        status=RecordingStatus.FAILED if recording.error else RecordingStatus.COMPLETED,
        error=recording.error or (None if was_closed else _CUT_SHORT),
        seconds=file.seconds,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        rate_hz=file.rate_hz,
        ended_at=recording.started_at + timedelta(seconds=file.seconds - recording.lead_s),
    )
