"""A recording that pauses, by a flow or over the interface, and goes on or does not."""

from pathlib import Path

import pytest

from engine.errors import RecordingError
from engine.live.orders import RecordingAction
from engine.model.recording_marks import PauseBehavior
from engine.testing.assembly import RecordingOptions
from engine.testing.database import MemoryDatabase
from engine.testing.node import FakeNode, fake_node
from tests.unit.live.recorded_calls import TONE, changed, recorded_caller, the_recording


@pytest.mark.parametrize(("how", "held_s"), [(PauseBehavior.SILENCE, 25.5), (PauseBehavior.SKIP, 15.5)])
async def test_a_pause_leaves_silence_or_nothing(node: FakeNode, how: PauseBehavior, held_s: float) -> None:
    caller = await recorded_caller(node)
    await node.passes(5)

    await node.change(caller, recording=changed(RecordingAction.PAUSE, how))
    await node.passes(10)
    await node.change(caller, recording=changed(RecordingAction.RESUME))
    await node.passes(10)
    recording = await the_recording(node, caller)

    assert recording.seconds_of(caller) == pytest.approx(15.5, abs=0.1)
    assert recording.row.seconds == pytest.approx(held_s, abs=0.1)
    paused, resumed = recording.row.marks
    assert paused.at_s == pytest.approx(5.5, abs=0.05)
    assert resumed.paused_s == pytest.approx(10, abs=0.1)
    assert resumed.at_s - paused.at_s == pytest.approx(held_s - 15.5, abs=0.1)
    assert await node.events(caller, "recording_length_mismatch") == []


@pytest.mark.parametrize("how", list(PauseBehavior))
async def test_a_recording_that_is_never_resumed_ends_with_the_call(node: FakeNode, how: PauseBehavior) -> None:
    caller = await recorded_caller(node)
    await node.passes(5)
    await node.change(caller, recording=changed(RecordingAction.PAUSE, how))
    await node.passes(10)

    recording = await the_recording(node, caller)

    assert recording.row.status == "completed"
    assert recording.seconds_of(caller) == pytest.approx(5.5, abs=0.1)


async def test_pausing_twice_and_resuming_twice_are_noted_once(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    for action in (RecordingAction.PAUSE, RecordingAction.PAUSE, RecordingAction.RESUME, RecordingAction.RESUME):
        await node.change(caller, recording=changed(action))
        await node.passes(2)

    recording = await the_recording(node, caller)

    assert [mark.kind.value for mark in recording.row.marks] == ["paused", "resumed"]


async def test_what_a_node_is_set_to_is_how_it_pauses(database: MemoryDatabase, tmp_path: Path) -> None:
    options = RecordingOptions(pause_behavior=PauseBehavior.SKIP)
    async with fake_node(database, tmp_path, options) as node:
        caller = await recorded_caller(node)
        await node.change(caller, recording=changed(RecordingAction.PAUSE))
        await node.passes(30)
        recording = await the_recording(node, caller)

    assert recording.row.seconds == pytest.approx(0.5, abs=0.1)


async def test_a_bridge_that_cannot_resume_ends_the_recording_with_its_reason(node: FakeNode) -> None:
    caller = await recorded_caller(node)
    await node.change(caller, recording=changed(RecordingAction.PAUSE, PauseBehavior.SKIP))
    node.around.bridge.unrecordable = RecordingError("No memory.")

    with pytest.raises(RecordingError, match="No memory"):
        await node.change(caller, recording=changed(RecordingAction.RESUME))
    await node.passes(1)
    assert not caller.is_over
    recording = await the_recording(node, caller)

    assert (recording.row.status, recording.row.error) == ("failed", "No memory.")


async def test_no_warning_tone_is_heard_while_the_recording_pauses(node: FakeNode) -> None:
    caller = await recorded_caller(node, beep_s=10)
    await node.change(caller, recording=changed(RecordingAction.PAUSE))
    await node.passes(50)

    assert TONE not in caller.heard
