"""Plans that verbs hand to a call's actions, and their outcomes: plain values."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.flow.called import CLIENT
from engine.model.call import Status
from engine.model.callback import Callback
from engine.model.conference_options import RoomOptions
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.model.sip_headers import Header


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """Record the caller until a key, silence of `silence_s`, or `max_s`."""

    max_s: int
    silence_s: int
    finish_on: frozenset[str]
    beep: bool
    trim: Trim = Trim.NOTHING
    tracks: Tracks = Tracks.INBOUND
    channels: Channels = Channels.MONO
    callback: Callback | None = None


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """`digits` is the key that ended it, "hangup", or empty; url is where the WAV is downloaded."""

    recording_id: str
    url: str
    seconds: int
    digits: str


@dataclass(frozen=True, slots=True)
class CallRecordingPlan:
    """Record the call from now to its end."""

    tracks: Tracks = Tracks.BOTH
    channels: Channels = Channels.DUAL
    trim: Trim = Trim.NOTHING
    callback: Callback | None = None


@dataclass(frozen=True, slots=True)
class HearPlan:
    """Listen until somebody has spoken and been silent for `end_silence_s`, or spoken for `longest_s`.

    `partial` is told when speech begins, with nothing, and where `partials` are wanted what is understood so far.
    `hidden`: written nowhere.
    """

    language: str
    hints: tuple[str, ...] = ()
    end_silence_s: float = 1.0
    longest_s: float = 60.0
    partial: Callable[[str], Awaitable[None]] | None = None
    partials: bool = True
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """Understood speech; `confidence` is 0.0 to 1.0."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password for digest authentication with the far end."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WhisperPlan:
    """A document that is performed for the called party alone before the two are joined."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class DialTarget:
    """A target to dial: E.164 (`number`), a SIP URI, or a client's name where `client`."""

    address: str
    client: bool = False
    send_digits: str = ""
    whisper: WhisperPlan | None = None
    callback: Callback | None = None
    credentials: Credentials | None = None
    headers: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def called(self) -> str:
        """Whom it calls, as its call has it: a client as client:NAME."""
        return f"{CLIENT}{self.address}" if self.client else self.address


class DialRecord(StrEnum):
    """Whether and how the two of a Dial are recorded. Mono unless it says dual."""

    NOTHING = "do-not-record"
    FROM_ANSWER = "record-from-answer"
    FROM_RINGING = "record-from-ringing"
    FROM_ANSWER_DUAL = "record-from-answer-dual"
    FROM_RINGING_DUAL = "record-from-ringing-dual"

    @property
    def dual(self) -> bool:
        return self.value.endswith("-dual")

    @property
    def records(self) -> bool:
        return self is not DialRecord.NOTHING

    @property
    def from_ringing(self) -> bool:
        return "ringing" in self.value


@dataclass(frozen=True, slots=True)
class BridgeRecording:
    """The recording of two joined parties: its channels, tracks and callback."""

    mode: DialRecord = DialRecord.NOTHING
    tracks: Tracks = Tracks.BOTH
    trim: Trim = Trim.NOTHING
    callback: Callback | None = None


NOT_RECORDED: Final = BridgeRecording()


@dataclass(frozen=True, slots=True)
class ReferTo:
    """The URL that is asked when the far end of a Dial sends REFER."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class DialPlan:
    """Ring all targets at once, or one after the other, until one answers; talk for at most `limit_s`.

    `hang_up_on_star`: the caller's * key ends the talk. `answer_on_bridge`: the caller's call is answered when the
    called party answers. `hides_caller` keeps from the called party who calls. `ring_tone` is a country (ISO 3166,
    lower case), None for the called number's own. `unread` says why there are no targets.
    """

    targets: tuple[DialTarget, ...]
    answer_timeout_s: int
    caller: str | None = None
    hides_caller: bool = False
    caller_name: str | None = None
    limit_s: int | None = None
    recording: BridgeRecording = NOT_RECORDED
    hang_up_on_star: bool = False
    answer_on_bridge: bool = False
    ring_tone: str | None = None
    sequential: bool = False
    refer: ReferTo | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """The outcome of a Dial: the call's id, status and talked seconds; the recording if there was one.

    `headers` are those of the far end's answers that the flow is told.
    """

    status: Status
    call_id: str | None
    seconds: int
    sip_code: int | None = None
    recording_url: str | None = None
    bridged: bool = False
    referred_to: str | None = None
    headers: tuple[Header, ...] = ()


class Beep(StrEnum):
    """When a conference sounds a tone: on joining, on leaving, both or never."""

    BOTH = "true"
    NONE = "false"
    ON_ENTER = "onEnter"
    ON_EXIT = "onExit"


class RoomRecord(StrEnum):
    """Whether a conference is recorded."""

    NOTHING = "do-not-record"
    FROM_START = "record-from-start"


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Join the room of this name. Who has a `coach` is heard by the call of that id alone.

    `max_participants`, `record`, `options` and the PINs are for a room that is made by it.
    """

    name: str
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    moderator: bool = False
    beep: Beep = Beep.BOTH
    max_participants: int = 100
    record: bool = False
    trim: Trim = Trim.NOTHING
    limit_s: int | None = None
    leave_on_star: bool = False
    label: str | None = None
    coach: str | None = None
    callback: Callback | None = None
    recording_callback: Callback | None = None
    options: RoomOptions = RoomOptions()
    pin: str | None = field(default=None, repr=False)
    moderator_pin: str | None = field(default=None, repr=False)


class QueueEntry(StrEnum):
    """Whether somebody came into a room, or why not."""

    ENTERED = "entered"
    FULL = "full"
    LOCKED = "locked"
    OVER = "over"
    WRONG_PIN = "wrong-pin"
    NO_CONSENT = "no-consent"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class RoomOutcome:
    """The outcome of a stay in a conference."""

    conference_id: str
    entry: QueueEntry
    seconds: int = 0
    recording_url: str | None = None


@dataclass(frozen=True, slots=True)
class ReferPlan:
    """Send the far end to a SIP URI."""

    target: str


@dataclass(frozen=True, slots=True)
class ReferOutcome:
    """`accepted` is the answer to REFER; `notified` the last status that the far end told (RFC 3515 §2.4.4)."""

    accepted: int
    notified: int | None
