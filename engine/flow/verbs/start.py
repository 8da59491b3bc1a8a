"""<Start>: begin something that goes on beside the flow."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import RecordingError
from engine.flow.attribute_types import Choice
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, HttpMethod
from engine.flow.plans import CallRecordingPlan
from engine.flow.shape import attribute, nested
from engine.flow.verbs import telling
from engine.model.callback import RecordingEventName
from engine.model.recording_shape import Channels, Tracks, Trim


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of the call, from now to its end."""

    recording_status_callback: str | None = telling.callback_url("the recording's events")
    recording_status_callback_method: HttpMethod = telling.method("recordingStatusCallback")
    recording_status_callback_event: tuple[RecordingEventName, ...] = telling.recording_events()
    trim: Trim = telling.trim()
    track: Tracks = attribute(
        Choice(Tracks), default=Tracks.BOTH, help="What the far end says (inbound), what it hears (outbound), or both"
    )
    channels: Channels = attribute(Choice(Channels), default=Channels.DUAL, help="One channel, or one each")

    IGNORED: ClassVar = {"recordingConfigurationId": telling.OF_A_CLOUD}
    DIFFERS: ClassVar = {"": telling.AFTER_CONSENT}

    def plan(self, context: ExecutionContext) -> CallRecordingPlan:
        """The plan by which the call is recorded."""
        callback = telling.callback(
            context,
            self.recording_status_callback,
            self.recording_status_callback_method,
            self.recording_status_callback_event,
        )
        return CallRecordingPlan(self.track, self.channels, self.trim, callback)


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a recording that goes on beside the verbs that follow, once its announcement has been heard."""

    recording: tuple[Recording, ...] = nested(Recording, help="The recording to begin", least=1)

    IGNORED: ClassVar = {
        "action": "there is no result to tell: see recordingStatusCallback.",
        "method": "there is no result to tell.",
    }

    def __post_init__(self) -> None:
        if len(self.recording) != 1:
            raise ValueError("write one Recording.")

    async def run(self, context: ExecutionContext) -> Continue:
        await context.stage.answer()
        try:
            await context.stage.record_call(self.recording[0].plan(context))
        except RecordingError as error:
            await context.stage.note("not_recorded", reason=str(error))
        return Continue()
