"""Closes the calls, conferences and recordings that a process left open when it died, and settles their balances.

A node does so for its own last run when it starts, and for another node whose lease has run out.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from engine.errors import RecordingError
from engine.live.agents import left_open
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.unwanted import without_audio
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.live.session.journal import Journal, Ledger
from engine.live.streams.callbacks import StreamCallbacks
from engine.live.streams.left_open import close_streams
from engine.model.call import Attempt, Call, Event
from engine.model.conference import ConferenceStatus, become
from engine.model.node import Node
from engine.model.recording import Recording, RecordingEvent, after, closed
from engine.model.recording_marks import PauseBehavior, moved
from engine.recordings.files.audio import RecordedFile
from engine.recordings.storage import RecordingStorage
from engine.store.calls import CallEvent
from engine.store.connections import Job
from engine.webhooks.payloads.recording import recording_facts

_DIED: Final = "The process that carried it ended without closing it."
_TOO_LATE: Final = f"{_DIED} No INVITE had been sent, and the call was asked for longer ago than it was to ring."
_CUT_SHORT: Final = f"{_DIED} It holds what was heard up to then."

log = structlog.get_logger(__name__)


async def recover(services: CallServices, last_seen: datetime | None = None) -> None:
    """Close everything that this node's last run left open; calls that wait for their turn go on waiting.

    `last_seen` is when it was last known to live. Raises StoreError.
    """
    node = services.node
    await services.stores.outbox.adopt()
    await _close_rows(node, services, last_seen)
    callbacks = RecordingCallbacks(services.callbacks, services.recording_url, Backlog(services.clock))
    for recording in await services.stores.recordings.unfinished(node):
        row = await _closed(recording, services)
        await services.stores.recordings.save(row)
        await _tell(row, callbacks, services)
        await services.stores.recordings.mark_told(row.id)
        log.warning("recording_recovered", recording=row.id, status=row.status, error=row.error)


async def take_over(left: Node, services: CallServices) -> None:
    """Close what another node has left open, send its callbacks, and remove its objects. Raises StoreError.

    Its recordings stay as they are: what was recorded is on its disk, and it closes them when it is back.
    """
    await _close_rows(left.name, services, left.last_seen)
    sent = await services.stores.outbox.take_from(left.name)
    services.ledger.wake_courier()
    await services.stores.moves.take_removals(left.name, services.node)
    waiting = [each.id for each in await services.stores.recordings.unfinished(left.name)]
    if waiting:
        log.warning("recordings_wait_for_their_node", node=left.name, recordings=waiting)
    log.warning("taken_over", node=left.name, callbacks=sent)


async def _close_rows(node: str, services: CallServices, last_seen: datetime | None) -> None:
    await services.stores.trunk_shares.give_back(node)
    await _close_calls(node, services, last_seen)
    for left in await services.stores.balances.reserved_on(node):
        await services.credit.settle_left(left.call_id, left.account_id, await services.ledger.calls.get(left.call_id))
        log.warning("reservation_recovered", call_id=left.call_id)
    await services.paced_lines.hand_on(node)
    now = services.clock.now()
    await services.stores.conferences.leave_all_of(node, now)
    for conference in await services.stores.conferences.open_on(node):
        # Others may be in it on other nodes, of which one is its root from then on.
        if conference.status is not ConferenceStatus.INIT and not conference.participant_count:
            await services.stores.conferences.advance(become(conference, ConferenceStatus.COMPLETED, now))
    stores, backlog = services.stores, Backlog(services.clock)
    told = StreamCallbacks(services.callbacks, stores.streams, backlog)
    await close_streams(node, services.ledger.calls, told, services.clock)
    callbacks = RecordingCallbacks(services.callbacks, services.recording_url, backlog)
    for recording in await services.stores.recordings.untold(node):
        await callbacks.tell_end(recording)
        await services.stores.recordings.mark_told(recording.id)


async def _close_calls(node: str, services: CallServices, last_seen: datetime | None) -> None:
    """End all calls of a node but those that nobody was called for yet: these wait, for any node to place them."""
    ledger, queued_calls = services.ledger, services.stores.queued_calls
    undialled = {each.call_id for each in await queued_calls.begun_by(node)}
    waiting = {each.call_id for each in await queued_calls.on(node)} - undialled
    for call in await ledger.calls.open_on(node):
        if call.id in waiting:
            continue
        if call.id not in undialled:
            await _fail(call, ledger, last_seen, _DIED)
        elif await _is_too_late(call, services):
            await _fail(call, ledger, last_seen, _TOO_LATE, queued_calls.leaving(call.id, call.node))
        else:
            facts = {"node": node}
            await ledger.calls.add_event(call.id, "order_handed_on", facts, services.clock.now())
            log.warning("order_handed_on", call_id=call.id, node=node)


async def _is_too_late(call: Call, services: CallServices) -> bool:
    """Whether who asked for a call may not count on it any more; where an account has a pace, its calls may wait."""
    is_old = services.clock.now() - call.start_time > timedelta(seconds=call.timeout_s)
    return is_old and await services.stores.paces.of(call.account_id) is None


async def _fail(
    call: Call, ledger: Ledger, last_seen: datetime | None, why: str, also: Job[bool] | None = None
) -> None:
    noted = await ledger.calls.events(call.id)
    at = _last_sign(noted, last_seen)
    journal = Journal(call, ledger, at=at)
    async with journal.writing():
        if also is not None:
            journal.keep(also)
        journal.tried(Attempt(call.node, call.to, why))
        journal.note_event("process_died")
        for facts in left_open.unended(noted, at or ledger.clock.now(), _DIED):
            journal.note_event("agent_ended", **facts)
        journal.happened(Event.BROKE)
    log.warning("call_recovered", call_id=call.id, node=call.node)


def _last_sign(noted: Iterable[CallEvent], last_seen: datetime | None) -> datetime | None:
    """When a call was last known to go on: its node may have noted something after its last sign of life."""
    return None if last_seen is None else max([last_seen, *(each.at for each in noted)])


async def _tell(row: Recording, callbacks: RecordingCallbacks, services: CallServices) -> None:
    """Tell of a recording's end as the process that died would have: on the call's events, and by its callback."""
    if row.told_on is not None:
        facts = recording_facts(row, callbacks.url(row))
        await services.ledger.calls.add_event(row.told_on, "recording_closed", facts, services.clock.now())
    await callbacks.tell_end(row)


async def _closed(recording: Recording, services: CallServices) -> Recording:
    """The recording with the figures of what is left: all where it had been closed, else up to the process's end."""
    recording = closed(recording)
    if recording.unwanted:
        return replace(await without_audio(recording, services.recording_storage), ended_at=services.clock.now())
    try:
        file, was_closed = await services.recording_storage.salvaged(recording)
    except RecordingError as error:
        reason = f"{_DIED} {error}"
        return replace(after(recording, RecordingEvent.FAILED), error=reason, ended_at=services.clock.now())
    held_s = file.seconds
    file = await _trimmed(recording, file, services.recording_storage) if recording.trim else file
    return replace(
        after(recording, RecordingEvent.FAILED if recording.error else RecordingEvent.MEASURED),
        error=recording.error or (None if was_closed else _CUT_SHORT),
        seconds=file.seconds,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        rate_hz=file.rate_hz,
        ended_at=_ended_at(recording, held_s),
        marks=moved(recording.marks, cut_s=file.cut_s, seconds=file.seconds),
    )


def _ended_at(recording: Recording, held_s: float) -> datetime:
    """When the process died, as far as the file tells: what pauses have left out of it went by as well."""
    skipped = [mark.paused_s for mark in recording.marks if mark.behavior is PauseBehavior.SKIP and mark.paused_s]
    return recording.started_at + timedelta(seconds=held_s - recording.lead_s + sum(skipped))


async def _trimmed(recording: Recording, file: RecordedFile, recording_storage: RecordingStorage) -> RecordedFile:
    """Trim the file; where it can't be trimmed it is kept as it is."""
    try:
        return await recording_storage.finished(recording, trim=True)
    except RecordingError as error:
        log.error("recording_not_trimmed", recording=recording.id, reason=str(error))
        return file
