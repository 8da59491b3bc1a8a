"""<Record>: record what the caller says."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import RecordingError
from engine.flow.attribute_types import Choice, Flag, Whole
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.patterns import KEYS
from engine.flow.plans import RecordPlan
from engine.flow.shape import attribute
from engine.flow.verbs import telling
from engine.model.callback import RecordingEventName
from engine.model.recording_shape import Channels, Tracks, Trim


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller until a key, `timeout` seconds of silence, `max_length` seconds, or hang-up.

    The recording goes to `action`, also when the caller has hung up. One that can't be made is noted on the
    call, and the flow goes on with the next verb.
    """

    max_length: int = attribute(Whole(1, 14400), default=3600, help="Seconds at most")
    timeout: int = attribute(
        Whole(0, 600, least_is_endless=True), default=5, help="Seconds of silence that end it; 0 is never"
    )
    finish_on_key: str = attribute(KEYS, default="1234567890*#", help="Keys that end it")
    play_beep: bool = attribute(Flag(), default=True, help="Whether a beep is heard before")
    action: str | None = telling.action("Where the result goes; this document's URL if left out")
    method: HttpMethod = telling.method("action")
    trim: Trim = telling.trim()
    recording_channels: Channels = attribute(
        Choice(Channels), default=Channels.MONO, help="One channel, or one for what is said and one for what is heard"
    )
    recording_track: Tracks = attribute(
        Choice(Tracks), default=Tracks.INBOUND, help="What the caller says, what the caller hears, or both"
    )
    recording_status_callback: str | None = telling.callback_url("the recording's events")
    recording_status_callback_method: HttpMethod = telling.method("recordingStatusCallback")
    recording_status_callback_event: tuple[RecordingEventName, ...] = telling.recording_events()

    IGNORED: ClassVar = {
        "recordingConfigurationId": telling.OF_A_CLOUD,
        "transcribeCallback": "there is no transcript that it could be told of.",
        "transcriptionConfigurationId": telling.OF_A_CLOUD,
    }
    DIFFERS: ClassVar = {
        "": "the caller hears first that it is recorded; a recording of nothing goes to action too.",
        "trim": "silence is kept where it is left out.",
    }
    LATER: ClassVar = {"transcribe": "there is no transcriber. Leave it out, and transcribe the file elsewhere."}

    WHILE_WAITING: ClassVar = False

    async def run(self, context: ExecutionContext) -> Next:
        try:
            outcome = await context.stage.record(self._plan(context))
        except RecordingError as error:
            await context.stage.note("not_recorded", reason=str(error))
            return Continue()
        params = {
            "RecordingUrl": outcome.url,
            "RecordingSid": outcome.recording_id,
            "RecordingDuration": str(outcome.seconds),
            "Digits": outcome.digits,
        }
        return GoTo(self.action or "", self.method, params)

    def _plan(self, context: ExecutionContext) -> RecordPlan:
        return RecordPlan(
            self.max_length,
            self.timeout,
            frozenset(self.finish_on_key),
            self.play_beep,
            trim=self.trim,
            tracks=self.recording_track,
            channels=self.recording_channels,
            callback=telling.callback(
                context,
                self.recording_status_callback,
                self.recording_status_callback_method,
                self.recording_status_callback_event,
            ),
        )
