"""Options of calls, chosen by an account for all of its calls, by a number for its own, by an order for one.

An option is a field here: REST's reading and writing, the command line, the tables and the inventory of personal data
are made of its `Option`; what REST publishes (api/openapi.yml) is written by hand. Each class has the options of the
one above it, so an option's class says who may choose it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Self

from engine.model.consent.policy import ConsentChoice, ConsentPolicy
from engine.model.consent.purpose import Purpose
from engine.model.disclosure.policy import DisclosureChoice
from engine.model.flow_reading import FlowReading
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.model.sip_headers import Header

_OPTION: Final = "option"

DEFAULT_LANGUAGE: Final = "en-GB"
DEFAULT_TIMEOUT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Option:
    """The facts of an option: its names outside the engine, and what becomes of it.

    `rest` is its name in requests for calls, and in calls where it is `shown`. `flag` is its name on the command line,
    whose whole numbers are from 0 to `most`, and `help` its line there. Calls that a call dials take it over where
    it is `inherited`. Its column is NOT NULL where it is `required`; on a call, `personal` ones tell of a person.
    """

    rest: str | None = None
    shown: bool = True
    flag: str | None = None
    help: str = ""
    most: int | None = None
    inherited: bool = True
    required: bool = False
    length: int | None = None
    server_default: str | None = None
    personal: bool = False


CONSENT_OPTIONS: Final[Mapping[Purpose, str]] = MappingProxyType(
    {
        Purpose.RECORDING: "consent",
        Purpose.TRANSCRIPTION: "consent_to_transcription",
        Purpose.STREAMING: "consent_to_streaming",
        Purpose.RECORDING_ELSEWHERE: "consent_to_recording_elsewhere",
    }
)
"""The options by which each purpose's policy is chosen."""


def _option(**facts: Any) -> Any:
    return field(default=None, metadata={_OPTION: Option(**facts)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """Options that an account may choose for its calls; None is for what is not chosen.

    `consent` is the policy of recording, and of every other purpose for which none is chosen.
    `recording_beep_s` are the seconds between the tones that tell of recording; 0 is never. `flow_reading` says what
    becomes of mistakes in call flows; where it is not chosen, they are passed over in XML and refused in JSON.
    `disclosure` is how people learn that a program speaks; where it is not chosen, we announce it.
    """

    consent: ConsentChoice | None = _option(rest="consent")
    consent_to_transcription: ConsentChoice | None = _option(rest="consent_to_transcription")
    consent_to_streaming: ConsentChoice | None = _option(rest="consent_to_streaming")
    consent_to_recording_elsewhere: ConsentChoice | None = _option(rest="consent_to_recording_elsewhere")
    recording_beep_s: int | None = _option(
        rest="recording_beep",
        flag="recording-beep",
        most=3600,
        help="Seconds between the tones that tell of recording; 0 is never.",
    )
    flow_reading: FlowReading | None = _option(
        rest="flow_reading",
        flag="flow-reading",
        help="Pass over mistakes in call flows (lenient), or refuse them (strict); by default XML is read leniently.",
    )
    disclosure: DisclosureChoice | None = _option(rest="disclosure", personal=True)

    def consent_to(self, purpose: Purpose) -> ConsentChoice | None:
        """The policy that was chosen for a purpose: its own, else that of recording.

        What a client asserts of recording is no assertion of anything else.
        """
        own: ConsentChoice | None = getattr(self, CONSENT_OPTIONS[purpose])
        if own is not None or self.consent is None or self.consent.policy is ConsentPolicy.EXTERNAL:
            return own
        return self.consent

    def with_consents(self, chosen: Mapping[Purpose, ConsentChoice | None]) -> Self:
        """The same options, with the policies that are chosen for purposes."""
        changes: dict[str, Any] = {CONSENT_OPTIONS[purpose]: choice for purpose, choice in chosen.items()}
        return replace(self, **changes)

    @classmethod
    @cache  # asked for each row of a list, and its answer never changes
    def table(cls) -> Mapping[str, Option]:
        """The options that may be chosen here, by the fields' names."""
        return {each.name: each.metadata[_OPTION] for each in fields(cls)}

    def items(self) -> Iterator[tuple[str, Option, Any]]:
        """Each option's name, facts and value."""
        return ((name, option, getattr(self, name)) for name, option in self.table().items())

    def over(self, defaults: "AccountOptions") -> Self:
        """These, and where nothing is chosen what the defaults have chosen, if they may."""
        others = defaults.table()
        missing = [name for name, _, value in self.items() if value is None and name in others]
        return replace(self, **{name: getattr(defaults, name) for name in missing})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOptions(AccountOptions):
    """Options that a number may choose for its calls: also whether they are recorded, and what is spoken on them.

    `status_callback` is told of `status_callback_events` (initiated, ringing, answered, completed), of all where there
    are none.
    """

    record: bool | None = _option(
        rest="record", flag="record", help="Record calls, once there is consent.", inherited=False, required=True
    )
    language: str | None = _option(
        rest="tts_language",
        flag="language",
        help="What is spoken where the flow names no language.",
        required=True,
        length=16,
        personal=True,
    )
    status_callback: str | None = _option(
        rest="status_callback",
        flag="status-callback",
        help="URL that is told of each status.",
        inherited=False,
        personal=True,
    )
    status_callback_method: str | None = _option(
        rest="status_callback_method",
        flag="status-callback-method",
        help="With which it is told, GET or POST.",
        inherited=False,
        required=True,
        length=4,
        server_default="POST",
    )
    status_callback_events: tuple[str, ...] | None = _option(
        rest="status_callback_events",
        flag="status-callback-events",
        help="Of what it is told: initiated, ringing, answered, completed; once for each.",
        inherited=False,
    )

    def of_placed_calls(self) -> "NumberOptions":
        """What calls take over that are placed from the number; whom to tell of those says each order for itself."""
        return replace(self, status_callback=None, status_callback_method=None, status_callback_events=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions(NumberOptions):
    """Options that may be chosen for one call.

    It rings for `timeout_s` at most, and is hung up `time_limit_s` after its answer. `send_digits` are keys that are
    sent when it is answered, before its flow begins (w waits half a second, W a second); `caller_name` is shown beside
    the number that calls; of a call that comes in it is the name that came with it. `sip_username` is for digest
    authentication with the SIP address that it goes to, `sip_headers` are those of its INVITE. The other options are
    those of the recording that `record` asks for; its callback is told of completed, failed and absent where no events
    are chosen.
    """

    timeout_s: int | None = _option(
        rest="timeout", flag="timeout", help="Seconds to wait for an answer.", inherited=False, required=True
    )
    time_limit_s: int | None = _option(
        rest="time_limit", flag="time-limit", help="Seconds that it may talk; then it is hung up.", inherited=False
    )
    send_digits: str | None = _option(
        rest="send_digits",
        flag="send-digits",
        help="Keys to send when it is answered; w waits 0.5 s, W 1 s.",
        shown=False,
        inherited=False,
        personal=True,
    )
    caller_name: str | None = _option(
        rest="caller_name",
        flag="caller-name",
        help="Name to show beside the number that calls.",
        inherited=False,
        personal=True,
    )
    recording_channels: Channels | None = _option(
        rest="recording_channels",
        flag="recording-channels",
        help="Record in one channel, or in one for each party; else dual.",
        inherited=False,
    )
    recording_track: Tracks | None = _option(
        rest="recording_track",
        flag="recording-track",
        help="Record what who is called says (inbound), hears (outbound), or both.",
        inherited=False,
    )
    recording_trim: Trim | None = _option(
        rest="trim", flag="trim", help="Whether silence is cut off at both ends of the recording.", inherited=False
    )
    recording_status_callback: str | None = _option(
        rest="recording_status_callback",
        flag="recording-status-callback",
        help="URL that is told of the recording.",
        inherited=False,
        personal=True,
    )
    recording_status_callback_method: str | None = _option(
        rest="recording_status_callback_method",
        flag="recording-status-callback-method",
        help="With which it is told, GET or POST.",
        inherited=False,
        length=4,
    )
    recording_status_callback_events: tuple[str, ...] | None = _option(
        rest="recording_status_callback_events",
        flag="recording-status-callback-events",
        help="Of what it is told, such as in-progress or completed; once for each.",
        inherited=False,
    )
    sip_username: str | None = _option(rest="sip_username", inherited=False, personal=True)
    sip_headers: tuple[Header, ...] | None = _option(rest="sip_headers", inherited=False, personal=True)

    def for_children(self) -> "CallOptions":
        """What calls take over that are dialled by this one."""
        return replace(self, **{name: None for name, option, _ in self.items() if not option.inherited})


STANDARD: Final = CallOptions(
    record=False,
    language=DEFAULT_LANGUAGE,
    timeout_s=DEFAULT_TIMEOUT_S,
    status_callback_method="POST",
    status_callback_events=(),
    recording_channels=Channels.DUAL,
    recording_track=Tracks.BOTH,
    recording_trim=Trim.NOTHING,
    recording_status_callback_method="POST",
    recording_status_callback_events=(),
)
"""What holds where nobody has chosen, but for what an account may choose too: a value here would hide the account's,
which is looked up later. The default of such an option is a setting, or stands where it is used."""
