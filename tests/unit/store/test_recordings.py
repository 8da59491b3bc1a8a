"""Recordings' rows."""

from dataclasses import replace

import pytest

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.callback import Callback
from engine.model.recording import RecordingStatus
from engine.model.recording_marks import MarkKind, PauseBehavior, RecordingMark
from engine.store.calls import Calls
from engine.store.conferences import Conferences
from engine.store.recordings import RecordingFilter, Recordings
from tests.unit.store.samples import a_call, a_conference, a_recording, at


async def test_a_recording_comes_back_as_it_was(recordings: Recordings, account: Account) -> None:
    begun = a_recording(account.id)
    closed = replace(
        begun,
        status=RecordingStatus.COMPLETED,
        seconds=12.345678901,
        size_bytes=2**40,
        sha256="0" * 64,
        ended_at=at(13),
        error="The disk is full.",
        wrapped_key=b"\0wrapped",
        marks=(RecordingMark(MarkKind.RESUMED, 3.25, at(9), PauseBehavior.SKIP, 5.5),),
        trim=True,
        callback=Callback("https://customer.example/recorded", "GET", ("paused", "completed")),
        told_on="CA0",
    )

    await recordings.add(begun)
    assert await recordings.get(begun.id) == begun
    await recordings.save(closed)
    assert await recordings.get(begun.id) == closed


async def test_an_end_that_may_not_have_been_told_is_found(recordings: Recordings, account: Account) -> None:
    callback = Callback("https://customer.example/recorded")
    closed = a_recording(account.id, status=RecordingStatus.COMPLETED, callback=callback)
    told = a_recording(account.id, status=RecordingStatus.COMPLETED)
    elsewhere = a_recording(account.id, status=RecordingStatus.FAILED, callback=callback, node="node-2")
    for recording in (closed, told, elsewhere, a_recording(account.id, callback=callback)):
        await recordings.add(recording)

    assert await recordings.untold("node-1") == [closed]
    await recordings.mark_told(closed.id)
    assert await recordings.untold("node-1") == []
    assert await recordings.get(closed.id) == replace(closed, callback=None)


async def test_a_recording_that_was_never_stored_can_not_be_saved(recordings: Recordings, account: Account) -> None:
    with pytest.raises(StoreError):
        await recordings.save(a_recording(account.id))


async def test_recordings_are_found_by_call_and_by_conference_and_are_the_accounts_own(
    recordings: Recordings, calls: Calls, conferences: Conferences, account: Account, stranger: Account
) -> None:
    call, conference = a_call(account.id), a_conference(account.id)
    await calls.add(call)
    await conferences.add(conference)
    of_call = a_recording(account.id, call_id=call.id)
    of_conference = a_recording(account.id, conference_id=conference.id, started_at=at(1))
    for recording in (of_call, of_conference, a_recording(stranger.id)):
        await recordings.add(recording)

    assert await recordings.find(RecordingFilter(account.id)) == ([of_conference, of_call], 2)
    assert await recordings.find(RecordingFilter(account.id), page=2, page_size=1) == ([of_call], 2)
    assert await recordings.find(RecordingFilter(account.id, call_id=call.id)) == ([of_call], 1)
    assert await recordings.find(RecordingFilter(account.id, conference_id=conference.id)) == ([of_conference], 1)
    assert await recordings.find(RecordingFilter(stranger.id, call_id=call.id)) == ([], 0)


async def test_recordings_are_found_by_status_and_source(recordings: Recordings, account: Account) -> None:
    for status in (RecordingStatus.COMPLETED, RecordingStatus.DELETED):
        for source in ("call", "dial"):
            await recordings.add(a_recording(account.id, status=status, source=source))

    found, total = await recordings.find(
        RecordingFilter(account.id, status=RecordingStatus.DELETED, source="dial", since=at(0), before=at(1))
    )

    assert total == 1
    assert (found[0].status, found[0].source) == (RecordingStatus.DELETED, "dial")
    assert await recordings.find(RecordingFilter(account.id, before=at(0))) == ([], 0)


async def test_what_a_node_was_recording_is_found(recordings: Recordings, account: Account) -> None:
    by_status = {status: a_recording(account.id, status=status) for status in RecordingStatus}
    for recording in (*by_status.values(), a_recording(account.id, node="node-2")):
        await recordings.add(recording)

    assert await recordings.unfinished("node-1") == [
        by_status[RecordingStatus.IN_PROGRESS],
        by_status[RecordingStatus.PAUSED],
        by_status[RecordingStatus.PROCESSING],
    ]


async def test_a_deleted_recording_is_gone(recordings: Recordings, account: Account) -> None:
    recording = a_recording(account.id)
    await recordings.add(recording)

    assert await recordings.delete(recording.id)
    assert await recordings.get(recording.id) is None
    assert not await recordings.delete(recording.id)
