"""Where <Dial> joins others: <Conference> and <Queue>."""

from dataclasses import dataclass, replace
from typing import ClassVar

from engine.callback import ConferenceEventName, RecordingEventName
from engine.flow.kinds import Choice, Flag, Whole
from engine.flow.next_step import Method
from engine.flow.patterns import NAME, WEB_ADDRESS
from engine.flow.plans import Beep, RoomPlan, RoomRecord, ServePlan, Trim, Whisper
from engine.flow.scene import Scene
from engine.flow.shape import attribute, content
from engine.flow.stage import Waiting
from engine.flow.verbs import telling
from engine.flow.waiting import waiting_with


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
    wait_method: Method = telling.method("waitUrl")
    participant_label: str | None = attribute(NAME, help="A name for this party, told with events")
    coach: str | None = attribute(NAME, help="The id of the one call in the room that hears this party")
    status_callback: str | None = telling.callback_url("the room's events")
    status_callback_method: Method = telling.method("statusCallback")
    status_callback_event: tuple[ConferenceEventName, ...] = telling.callback_events(
        ConferenceEventName, (ConferenceEventName.START, ConferenceEventName.END)
    )
    recording_status_callback: str | None = telling.callback_url("the recording's events")
    recording_status_callback_method: Method = telling.method("recordingStatusCallback")
    recording_status_callback_event: tuple[RecordingEventName, ...] = telling.recording_events()
    event_callback_url: str | None = telling.callback_url("the recording, where recordingStatusCallback is left out")

    IGNORED: ClassVar = {
        "jitterBufferSize": "the jitter buffer sets itself.",
        "recordingChannels": "a room is recorded as it is heard, in one channel.",
        "recordingConfigurationId": telling.OF_A_CLOUD,
        "region": "audio is mixed on the node that takes the call.",
    }

    def plan(self, scene: Scene, *, record: bool, limit_s: int | None, leave_on_star: bool) -> RoomPlan:
        """As the stage joins it; `record` and the others are the Dial's."""
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
                scene, self.status_callback, self.status_callback_method, self.status_callback_event
            ),
            recording_callback=telling.callback(
                scene, recording_url, self.recording_status_callback_method, self.recording_status_callback_event
            ),
        )

    def waiting(self, scene: Scene) -> Waiting | None:
        """What is heard before the room comes alive."""
        return waiting_with(scene, self.wait_url, self.wait_method)


@dataclass(frozen=True, slots=True)
class Queue:
    """The first who waits in a queue of the account; waits for one if it is empty."""

    queue: str = content(NAME, help="The queue's name")
    url: str | None = attribute(WEB_ADDRESS, help="A document that who waited hears before the two are joined")
    method: Method = telling.method("url")

    LATER: ClassVar = {
        "postWorkActivitySid": "there is no task router. Leave it out.",
        "reservationSid": "there is no task router. Write the queue's name.",
    }

    def plan(self, scene: Scene, of_dial: ServePlan) -> ServePlan:
        """As the stage serves it; the Dial has filled in the rest."""
        whisper = Whisper(scene.absolute(self.url), self.method.value) if self.url else None
        return replace(of_dial, name=self.queue, whisper=whisper)
