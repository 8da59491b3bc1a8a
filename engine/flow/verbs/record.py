"""<Record>: record what the caller says."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import RecordingError
from engine.flow.document import Continue, GoTo, Method, Next
from engine.flow.kinds import KEYS, WEB_ADDRESS, Choice, Flag, Whole
from engine.flow.scene import Scene
from engine.flow.shape import attribute
from engine.flow.stage import RecordPlan


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller until a key, `timeout` seconds of silence, `max_length` seconds, or hang-up.

    The recording goes to `action`, also when the caller has hung up. One that can't be made is noted on the
    call, and the flow goes on with the next verb.
    """

    max_length: int = attribute(Whole(1, 14400), default=3600, help="Seconds at most")
    timeout: int = attribute(Whole(0, 600), default=5, help="Seconds of silence that end it; 0 is never")
    finish_on_key: str = attribute(KEYS, default="1234567890*#", help="Keys that end it")
    play_beep: bool = attribute(Flag(), default=True, help="Whether a beep is heard before")
    action: str | None = attribute(WEB_ADDRESS, help="Where the result goes; this document's URL if left out")
    method: Method = attribute(Choice(Method), default=Method.POST, help="How action is requested")

    IGNORED: ClassVar = (
        "trim", "recordingChannels", "recordingTrack", "recordingConfigurationId", "transcribeCallback",
        "transcriptionConfigurationId",
    )  # fmt: skip
    LATER: ClassVar = (
        "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "transcribe",
    )  # fmt: skip

    async def run(self, scene: Scene) -> Next:
        plan = RecordPlan(self.max_length, self.timeout, frozenset(self.finish_on_key), self.play_beep)
        try:
            outcome = await scene.stage.record(plan)
        except RecordingError as error:
            await scene.stage.note("not_recorded", reason=str(error))
            return Continue()
        params = {
            "RecordingUrl": outcome.url,
            "RecordingSid": outcome.recording_id,
            "RecordingDuration": str(outcome.seconds),
            "Digits": outcome.digits,
        }
        return GoTo(self.action or "", self.method, params)
