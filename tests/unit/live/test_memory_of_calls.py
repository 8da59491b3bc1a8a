"""What an ended call took is free at once, not when Python next looks for cycles."""

import gc
from collections.abc import Iterator

import pytest

from engine.live.calls.flow_runner import FlowRunner
from engine.live.recording.active_recording import ActiveRecording
from engine.live.session.session import Session
from engine.recordings.files.writer import RecordingFileWriter
from engine.testing.node import FakeNode

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("kind", [Session, FlowRunner, ActiveRecording, RecordingFileWriter])
async def test_of_a_recorded_call_nothing_is_left_in_a_cycle(node: FakeNode, kind: type[object]) -> None:
    caller = await node.is_called(STAYS, record=True, consent="none-needed")
    await caller.hears("Hello.")
    during = alive(kind)

    caller.hangs_up()
    await node.settles()

    assert (during, alive(kind)) == (1, 0)


def alive(kind: type[object]) -> int:
    return sum(isinstance(each, kind) for each in gc.get_objects())
