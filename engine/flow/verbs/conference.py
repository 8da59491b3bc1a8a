"""<Conference> of <Dial>: enter a room."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.flow.attribute_types import Choice, Flag, Language, OneNumber, Whole
from engine.flow.call_actions import Waiting
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.patterns import NAME, PIN, WEB_ADDRESS
from engine.flow.plans import Beep, RoomPlan, RoomRecord
from engine.flow.shape import attribute, content
from engine.flow.verbs import telling
from engine.flow.waiting import waiting_with
from engine.model.callback import ConferenceEventName, RecordingEventName
from engine.model.conference_options import SAMPLE_RATES, Announces, RecordedTracks, RoomOptions
from engine.model.recording_shape import Trim

_AT_MAKING: Final = "; of the party that makes the room"


@dataclass(frozen=True, slots=True)
class Conference:
    """A room of the account, made when the first one enters."""

    conference: str = content(NAME, help="The room's name")
    muted: bool = attribute(Flag(), default=False, help="Whether this party listens only")
    start_conference_on_enter: bool = attribute(
        Flag(), default=True, help="Whether the room comes alive with this party; music is heard before"
    )
    end_conference_on_exit: bool = attribute(Flag(), default=False, help="Whether all must leave with this party")
    beep: Beep = attribute(Choice(Beep), default=Beep.BOTH, help="When a tone is heard")
    max_participants: int = attribute(Whole(1, 250), default=100, help="How many the room takes")
    record: RoomRecord = attribute(
        Choice(RoomRecord, yes=RoomRecord.FROM_START, no=RoomRecord.NOTHING),
        default=RoomRecord.NOTHING,
        help="Whether the room is recorded",
    )
    trim: Trim = telling.trim()
    wait_url: str | None = attribute(
        WEB_ADDRESS,
        help="What is heard until the room comes alive, again and again; music if left out, silence if empty",
    )
    wait_method: HttpMethod = telling.method("waitUrl")
    participant_label: str | None = attribute(NAME, help="A name for this party, told with events")
    coach: str | None = attribute(NAME, help="The id of the one call in the room that hears this party")
    status_callback: str | None = telling.callback_url("the room's events")
    status_callback_method: HttpMethod = telling.method("statusCallback")
    status_callback_event: tuple[ConferenceEventName, ...] = telling.callback_events(
        ConferenceEventName, (ConferenceEventName.START, ConferenceEventName.END)
    )
    recording_status_callback: str | None = telling.callback_url("the recording's events")
    recording_status_callback_method: HttpMethod = telling.method("recordingStatusCallback")
    recording_status_callback_event: tuple[RecordingEventName, ...] = telling.recording_events()
    event_callback_url: str | None = telling.callback_url("the recording, where recordingStatusCallback is left out")
    moderator: bool = attribute(Flag(), default=False, help="Whether this party is a moderator, who needs no PIN")
    pin: str | None = attribute(PIN, help=f"The PIN to come in with{_AT_MAKING}")
    moderator_pin: str | None = attribute(PIN, help=f"The PIN that makes a moderator{_AT_MAKING}")
    wait_for_moderator: bool = attribute(
        Flag(), default=False, help=f"Whether the room comes alive only with a moderator{_AT_MAKING}"
    )
    language: str | None = attribute(
        Language(), help=f"The language of its announcements; each call's own if left out{_AT_MAKING}"
    )
    announce: Announces = attribute(
        Choice(Announces),
        default=Announces.NOTHING,
        help=f"What is said when somebody comes or goes; names are asked for at the door{_AT_MAKING}",
    )
    roll_call: bool = attribute(
        Flag(), default=False, help=f"Whether who comes in is told how many others are there{_AT_MAKING}"
    )
    key_commands: bool = attribute(
        Flag(), default=False, help=f"Whether keys do something, as *6 for muting oneself{_AT_MAKING}"
    )
    enter_sound: str | None = attribute(WEB_ADDRESS, help=f"Played on coming in, in place of the tone{_AT_MAKING}")
    exit_sound: str | None = attribute(WEB_ADDRESS, help=f"Played on leaving, in place of the tone{_AT_MAKING}")
    sample_rate: int = attribute(
        OneNumber(SAMPLE_RATES), default=16_000, help=f"The highest rate in Hz at which the room is mixed{_AT_MAKING}"
    )
    automatic_gain: bool = attribute(
        Flag(), default=False, help=f"Whether soft and loud voices are brought to one level{_AT_MAKING}"
    )
    denoise: bool = attribute(Flag(), default=False, help=f"Whether steady noise is taken out of voices{_AT_MAKING}")
    recorded_tracks: RecordedTracks = attribute(
        Choice(RecordedTracks),
        default=RecordedTracks.MIX,
        help=f"What a recording leaves: the mix, or also a file for each participant{_AT_MAKING}",
    )
    recording_beep: int | None = attribute(
        Whole(0, 3600, least_is_endless=True),
        help=f"Seconds between the tones that tell of its recording; 0 is never, as is set if left out{_AT_MAKING}",
    )

    IGNORED: ClassVar = {
        "jitterBufferSize": "the jitter buffer sets itself.",
        "recordingChannels": "a room's mix has one channel; recordedTracks gives each participant's beside it.",
        "recordingConfigurationId": telling.OF_A_CLOUD,
        "region": "audio is mixed on the node that takes the call.",
    }

    DIFFERS: ClassVar = {"record": telling.AFTER_CONSENT, "maxParticipants": "100 where it is left out."}

    def differences(self) -> Iterator[tuple[str, str]]:
        """Consent comes first here."""
        if self.record is not RoomRecord.NOTHING:
            yield "record", self.DIFFERS["record"]

    def plan(
        self, context: ExecutionContext, *, record: bool, limit_s: int | None, leave_on_star: bool, language: str | None
    ) -> RoomPlan:
        """The plan by which a call joins; `record` and the next two are the Dial's, `language` the one settled."""
        recording_url = self.recording_status_callback or self.event_callback_url
        return RoomPlan(
            self.conference,
            muted=self.muted,
            start_on_enter=self.start_conference_on_enter,
            end_on_exit=self.end_conference_on_exit,
            beep=self.beep,
            max_participants=self.max_participants,
            record=record or self.record is RoomRecord.FROM_START,
            trim=self.trim,
            limit_s=limit_s,
            leave_on_star=leave_on_star,
            label=self.participant_label,
            coach=self.coach,
            callback=telling.callback(
                context, self.status_callback, self.status_callback_method, self.status_callback_event
            ),
            recording_callback=telling.callback(
                context, recording_url, self.recording_status_callback_method, self.recording_status_callback_event
            ),
            moderator=self.moderator,
            options=self._options(context, language),
            pin=self.pin,
            moderator_pin=self.moderator_pin,
        )

    def waiting(self, context: ExecutionContext) -> Waiting | None:
        """What is heard before the room comes alive."""
        return waiting_with(context, self.wait_url, self.wait_method)

    def _options(self, context: ExecutionContext, language: str | None) -> RoomOptions:
        return RoomOptions(
            language=language,
            wait_for_moderator=self.wait_for_moderator,
            announce=self.announce,
            roll_call=self.roll_call,
            key_commands=self.key_commands,
            enter_sound=context.absolute(self.enter_sound) if self.enter_sound else None,
            exit_sound=context.absolute(self.exit_sound) if self.exit_sound else None,
            sample_rate=self.sample_rate,
            automatic_gain=self.automatic_gain,
            denoise=self.denoise,
            recorded_tracks=self.recorded_tracks,
            recording_beep=self.recording_beep,
        )
