"""<Start>: begin something that goes on beside the flow."""

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from engine.errors import RecordingError, StreamError
from engine.flow.attribute_types import Choice
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, HttpMethod
from engine.flow.plans import CallRecordingPlan
from engine.flow.shape import attribute, nested
from engine.flow.verbs import telling
from engine.flow.verbs.stream import Stream
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
    """Begin a recording, or streams to programs, that go on beside the verbs that follow, once everybody consents."""

    recording: tuple[Recording, ...] = nested(Recording, help="The recording to begin")
    streams: tuple[Stream, ...] = nested(Stream, help="The streams to begin")

    IGNORED: ClassVar = {
        "action": "there is no result to tell: see the callbacks of what it begins.",
        "method": "there is no result to tell.",
    }

    def __post_init__(self) -> None:
        if len(self.recording) > 1 or not (self.recording or self.streams):
            raise ValueError("write one Recording, or Streams.")

    async def run(self, context: ExecutionContext) -> Continue:
        await context.stage.answer()
        for recording in self.recording:
            try:
                await context.stage.record_call(recording.plan(context))
            except RecordingError as error:
                await context.stage.note("not_recorded", reason=str(error))
        for stream in self.streams:
            with suppress(StreamError):  # of which the call was told
                await context.stage.start_stream(stream.order(context))
        return Continue()
