"""What a node puts right at its start, of a process that died: its calls, its conferences, its recordings."""

from dataclasses import replace

import pytest

from engine.errors import StoreError
from engine.ids import IdKind, new_id
from engine.live.recovery import recover
from engine.model.call import Call, Direction, Status
from engine.model.callback import Callback
from engine.model.conference import Conference, ConferenceStatus, Participant
from engine.model.recording import Recording, RecordingStatus
from engine.model.stream import MediaStream, StreamStatus
from engine.store.calls import CallbackBehindOthers
from engine.store.recordings import RecordingFilter
from engine.testing.node import FakeNode
from engine.testing.voices import frames_of

RATE_HZ = 8000
TOLD = "https://customer.example/recordings"


async def left_call(node: FakeNode, status: Status, on: str | None = None) -> Call:
    """A call that a process left open."""
    call = Call(
        new_id(IdKind.CALL), node.account.id, Direction.INBOUND, "+3225551001", "+3225552001", status,
        node.services.clock.now(), on or node.services.node,
    )  # fmt: skip
    await node.services.ledger.calls.add(call)
    return call


async def left_recording(node: FakeNode, written_s: float | None, *, closed: bool = False, **more: object) -> Recording:
    """A recording that a process left open, with so much of it on the disk; None for no file at all."""
    row = Recording(
        new_id(IdKind.RECORDING), node.account.id, "call", RecordingStatus.IN_PROGRESS, "", 1, RATE_HZ,
        node.services.clock.now(), node.services.node,
    )  # fmt: skip
    row = replace(await node.services.recording_storage.placed(row), **more)  # type: ignore[arg-type]
    await node.services.stores.recordings.add(row)
    if written_s is not None:
        assert await node.services.recording_storage.free_bytes()  # which makes the folder
        file = await node.services.recording_storage.new_file(row)
        file.append(frames_of([8192], round(written_s * RATE_HZ)))
        (file.close if closed else file.abandon)()
    return row


async def the_recording(node: FakeNode) -> Recording:
    [row], _ = await node.services.stores.recordings.find(RecordingFilter(node.account.id))
    return row


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RINGING, Status.IN_PROGRESS])
async def test_a_call_that_was_left_open_has_failed_and_says_why(node: FakeNode, status: Status) -> None:
    left = await left_call(node, status)

    await recover(node.services)

    call = await node.services.ledger.calls.get(left.id)
    assert call is not None
    assert call.status is Status.FAILED
    assert "ended without closing it" in call.attempts[0].said
    assert "process_died" in {event.kind for event in await node.services.ledger.calls.events(left.id)}


async def test_a_conversation_that_was_left_open_ended_with_its_call_and_one_that_was_over_did_not(
    node: FakeNode,
) -> None:
    left = await left_call(node, Status.IN_PROGRESS)
    calls, now = node.services.ledger.calls, node.services.clock.now()
    await calls.add_event(left.id, "agent_began", {"session": "VX1", "url": "wss://program.example/"}, now)
    await calls.add_event(left.id, "agent_ended", {"session": "VX1", "status": "ended", "seconds": 2}, now)
    await calls.add_event(left.id, "agent_began", {"session": "VX2", "url": "wss://program.example/"}, now)

    await recover(node.services)

    ends = [event.facts for event in await calls.events(left.id, ("agent_ended",))]
    assert [(facts["session"], facts["status"]) for facts in ends] == [("VX1", "ended"), ("VX2", "failed")]
    assert "ended without closing it" in ends[1]["reason"]


async def test_a_streams_end_is_stored_with_the_callback_that_tells_of_it_or_not_at_all(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = await left_call(node, Status.IN_PROGRESS)
    row = MediaStream(
        new_id(IdKind.STREAM), node.account.id, left.id, left.node, "wss://program.example/", "inbound_track",
        False, node.services.clock.now(), callback=Callback(TOLD),
    )  # fmt: skip
    await node.services.stores.streams.add(row)

    def dies(*_: object) -> None:
        raise StoreError("The process died here.")

    with monkeypatch.context() as patched:
        patched.setattr(CallbackBehindOthers, "__call__", dies)
        with pytest.raises(StoreError):
            await recover(node.services)
    assert await node.services.stores.streams.get(row.id) == row

    await recover(node.services)

    assert [told["StreamSid"] for told in await node.told(TOLD)] == [row.id]
    ended = [event for event in await node.services.ledger.calls.events(left.id) if event.kind == "stream_ended"]
    assert len(ended) == 1


async def test_calls_of_another_node_are_left_alone(node: FakeNode) -> None:
    left = await left_call(node, Status.IN_PROGRESS, on="another")

    await recover(node.services)

    assert await node.services.ledger.calls.get(left.id) == left


@pytest.mark.parametrize(
    ("before", "after"),
    [(ConferenceStatus.IN_PROGRESS, ConferenceStatus.COMPLETED), (ConferenceStatus.INIT, ConferenceStatus.INIT)],
)
async def test_a_conference_that_had_begun_is_completed_and_nobody_is_in_it(
    node: FakeNode, before: ConferenceStatus, after: ConferenceStatus
) -> None:
    services, now = node.services, node.services.clock.now()
    conference = Conference(new_id(IdKind.CONFERENCE), node.account.id, "team", before, now, services.node)
    call = await left_call(node, Status.IN_PROGRESS)
    await services.stores.conferences.add(conference)
    await services.stores.conferences.join(Participant(new_id(IdKind.PARTICIPANT), conference.id, call.id, now))

    await recover(services)

    stored = await services.stores.conferences.get(conference.id)
    assert stored is not None
    assert stored.status is after
    assert await services.stores.conferences.participants(conference.id) == []


async def test_a_recording_that_was_cut_short_holds_what_was_written(node: FakeNode) -> None:
    await left_recording(node, 3.0)

    await recover(node.services)

    row = await the_recording(node)
    assert (row.status, row.seconds) == (RecordingStatus.COMPLETED, 3.0)
    assert row.error is not None
    assert "holds what was heard up to then" in row.error
    assert row.ended_at is not None
    assert (row.ended_at - row.started_at).total_seconds() == 3.0


async def test_a_recording_that_had_been_closed_is_whole(node: FakeNode) -> None:
    await left_recording(node, 3.0, closed=True)

    await recover(node.services)

    row = await the_recording(node)
    assert (row.status, row.seconds, row.error) == (RecordingStatus.COMPLETED, 3.0, None)


@pytest.mark.parametrize("written_s", [None, 0.0])
async def test_a_recording_of_which_nothing_was_written_has_failed(node: FakeNode, written_s: float | None) -> None:
    await left_recording(node, written_s)

    await recover(node.services)

    row = await the_recording(node)
    assert row.status is RecordingStatus.FAILED
    assert row.error is not None
    assert "Nothing of it had been written" in row.error


async def test_a_recording_whose_consent_was_withdrawn_is_deleted(node: FakeNode) -> None:
    left = await left_recording(node, 3.0, unwanted=True)

    await recover(node.services)

    row = await the_recording(node)
    assert row.status is RecordingStatus.DELETED
    assert not await node.services.recording_storage.has_sound(left)


async def test_the_end_is_told_as_the_process_that_died_would_have(node: FakeNode) -> None:
    call = await left_call(node, Status.IN_PROGRESS)
    callback = Callback(TOLD, events=("completed",))
    await left_recording(node, 3.0, call_id=call.id, told_on=call.id, callback=callback)

    await recover(node.services)

    [form] = await node.told(TOLD)
    assert (form["RecordingStatus"], form["RecordingDuration"]) == ("completed", "3")
    assert "recording_closed" in {event.kind for event in await node.services.ledger.calls.events(call.id)}


async def test_recovering_twice_tells_and_changes_nothing_more(node: FakeNode) -> None:
    call = await left_call(node, Status.IN_PROGRESS)
    callback = Callback(TOLD, events=("completed",))
    await left_recording(node, 3.0, call_id=call.id, told_on=call.id, callback=callback)

    await recover(node.services)
    before = await the_recording(node)
    await recover(node.services)

    assert await the_recording(node) == before
    assert len(await node.told(TOLD)) == 1


async def test_a_stream_that_was_left_open_has_failed_with_its_call_and_is_told_of(node: FakeNode) -> None:
    left = await left_call(node, Status.IN_PROGRESS)
    elsewhere = await left_call(node, Status.IN_PROGRESS, on="another")
    rows = [
        MediaStream(
            new_id(IdKind.STREAM), node.account.id, call.id, call.node, "wss://program.example/", "inbound_track",
            False, node.services.clock.now(), callback=Callback(TOLD),
        )
        for call in (left, elsewhere)
    ]  # fmt: skip
    for row in rows:
        await node.services.stores.streams.add(row)

    await recover(node.services)

    ended, untouched = [await node.services.stores.streams.get(row.id) for row in rows]
    assert ended is not None
    assert (ended.status, untouched) == (StreamStatus.FAILED, rows[1])
    assert "ended without closing it" in (ended.error or "")
    [told] = await node.told(TOLD)
    assert (told["StreamSid"], told["StreamEvent"], told["StreamError"]) == (ended.id, "stream-error", ended.error)
    assert "stream_ended" in {event.kind for event in await node.services.ledger.calls.events(left.id)}
