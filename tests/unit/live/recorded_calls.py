"""A call that is recorded from its first word, and what came of it."""

from engine.flow.plans import CallRecordingPlan
from engine.live.orders import RecordingAction, RecordingChange
from engine.model.recording_marks import PauseBehavior
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from engine.testing.recorded import Recorded

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
TONE = "recording tone"


def changed(action: RecordingAction, how: PauseBehavior | None = None) -> RecordingChange:
    """An order to change what a recording does."""
    return RecordingChange(action, CallRecordingPlan(), how)


async def recorded_caller(node: FakeNode, beep_s: int | None = None) -> FarEnd:
    """A caller whose call is being recorded, asked for nothing, and who hears nothing now."""
    caller = await node.is_called(STAYS, record=True, consent="none-needed", beep_s=beep_s)
    await caller.hears("Hello.")
    await caller.until(lambda: caller.hears_now == set(), "hears the greeting to its end")
    return caller


async def the_recording(node: FakeNode, caller: FarEnd) -> Recorded:
    """The only one, once the caller has hung up."""
    caller.hangs_up()
    await node.settles()
    [recording] = await node.recordings()
    return recording
