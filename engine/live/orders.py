"""Orders of clients as plain values: calls and conferences to make, and changes of them."""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.flow.interpreter import Start
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import CallRecordingPlan
from engine.flow.written import WrittenFlow
from engine.model.call import Status
from engine.model.call_options import CallOptions
from engine.model.callback import Callback
from engine.model.conference import ParticipantChange
from engine.model.conference_options import RoomOptions
from engine.model.recording_marks import PauseBehavior
from engine.ports import Speech


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to place: `to` a number in E.164, a SIP URI or client:NAME, `from_` in E.164, at most one of url and flow.

    `fallback_url` is requested where that fails. With neither, both URLs of the number that it is placed from hold.
    `sip_password` goes with the option `sip_username`. `heard_in` is the id of a conference in which it is heard to
    ring. `hides_caller` keeps from the called party who calls. `key_id` is the API key that asks for it. One that
    `may_wait` has its turn where its account has a pace.
    """

    account_id: str
    to: str
    from_: str
    url: str | None = None
    method: HttpMethod = HttpMethod.POST
    fallback_url: str | None = None
    fallback_method: HttpMethod = HttpMethod.POST
    flow: WrittenFlow | None = None
    heard_in: str | None = None
    may_wait: bool = True
    hides_caller: bool = False
    key_id: str | None = None
    sip_password: str = field(default="", repr=False)
    options: CallOptions = CallOptions()


@dataclass(frozen=True, slots=True)
class NewConference:
    """A conference to open, joined by its friendly name (its identifier where that is empty)."""

    account_id: str
    friendly_name: str
    max_participants: int = 100
    record: bool = False
    options: RoomOptions = RoomOptions()
    pin: str | None = field(default=None, repr=False)
    moderator_pin: str | None = field(default=None, repr=False)


class Side(StrEnum):
    """The side of a call that hears what is said or played into it."""

    SELF = "self"
    OTHER = "other"
    BOTH = "both"


class RecordingAction(StrEnum):
    """The actions on a call's recording."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class ConferenceChange:
    """A change of a conference; None changes nothing. `play` is a file's URL, `announce` where a document is that all
    hear. `pause_behavior` is for a pause of its recording, None for what is set.

    `muted` is for everybody in it now, without its moderators where these are `spared`.
    """

    locked: bool | None = None
    muted: bool | None = None
    spared: bool = False
    max_participants: int | None = None
    say: Speech | None = None
    play: str | None = None
    announce: GoTo | None = None
    recording: RecordingAction | None = None
    pause_behavior: PauseBehavior | None = None
    end: bool = False

    @property
    def needs_hearers(self) -> bool:
        """Whether it is for those who talk there now."""
        return not (self.say is None and self.play is None and self.announce is None)


@dataclass(frozen=True, slots=True)
class ParticipantOrder:
    """An order for a participant: change how it takes part, and let it alone hear something.

    `hold_music` is where a document is that it hears on hold from now on; `beep_on_exit` whether a tone tells that it
    has left.
    """

    change: ParticipantChange = ParticipantChange()
    say: Speech | None = None
    play: str | None = None
    announce: GoTo | None = None
    hold_music: GoTo | None = None
    beep_on_exit: bool | None = None


class TransferMode(StrEnum):
    """Whether who hands a call over speaks with the third party first."""

    BLIND = "blind"
    ATTENDED = "attended"


@dataclass(frozen=True, slots=True)
class SayInto:
    """A text to speak into a call; None for the call's language."""

    text: str
    language: str | None
    to: Side


@dataclass(frozen=True, slots=True)
class PlayInto:
    """A file to play into a call."""

    url: str
    to: Side


@dataclass(frozen=True, slots=True)
class RecordingChange:
    """A change of a call's recording; the plan is for a new one, `pause_behavior` for a pause (None: as is set).

    `recording_id` is the one that is changed (None: all that run, of which the latest is stopped), or the identifier
    that a new one will have.
    """

    action: RecordingAction
    plan: CallRecordingPlan
    pause_behavior: PauseBehavior | None = None
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the call's far end to a number, SIP URI or client:NAME, away from whom it talks to.

    Headers may stand behind an address (engine.flow.called).
    """

    to: str
    mode: TransferMode
    timeout_s: int


@dataclass(frozen=True, slots=True)
class CallChange:
    """A change of a live call, in this order; None and empty change nothing.

    `start` is another flow, `fallback` what is requested where that fails. `status_callback` and `time_limit_s`,
    counted from the answer, take the place of those that it has. `end` is completed or canceled.
    """

    mute: bool | None = None
    hold: bool | None = None
    digits: str = ""
    recording: RecordingChange | None = None
    say: SayInto | None = None
    play: PlayInto | None = None
    transfer: Transfer | None = None
    start: Start | None = None
    fallback: GoTo | None = None
    status_callback: Callback | None = None
    time_limit_s: int | None = None
    end: Status | None = None
    withdraw_consent: bool = False
