"""What a dialog tells while it lives: events of its leg, from the first answer until it is over."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.call import Event
from engine.model.rtp_stats import RtpStats
from engine.model.sip_headers import Header
from engine.model.stir import Attestation
from engine.ports.fax import FaxBegan, FaxEnded


@dataclass(frozen=True, slots=True)
class Alerted:
    """A provisional answer: 180, or 183 with early media."""

    sip_code: int
    early_media: bool


@dataclass(frozen=True, slots=True)
class AnswerHeaders:
    """Headers of an answer to our INVITE, of 18x or 2xx, that a flow is told; before what else that answer tells."""

    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The dialog is confirmed (ACK sent or received)."""


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """Media was (re)negotiated: `sending` and `receiving` as the far end allows, the codec's name.

    Codec and address are empty for a call that begins inactive, until it is resumed.
    """

    sending: bool
    receiving: bool
    codec: str
    remote_address: str


@dataclass(frozen=True, slots=True)
class MediaLost:
    """An answered far end has sent neither RTP nor RTCP for so long, though by its description it does; told once."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StrangersSend:
    """Others than the far end send RTP or RTCP to its line, which does nothing; told once, `source` as address:port."""

    source: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key of the far end: 0-9 * # A-D; `method` is rfc4733, info or inband."""

    digit: str
    method: str


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """The far end is another from now on, of another dialog (Replaces, RFC 3891)."""


@dataclass(frozen=True, slots=True)
class ReferRequested:
    """The far end asks us to call somebody else (REFER, RFC 3515); it is told no, for the flow decides."""

    target: str


@dataclass(frozen=True, slots=True)
class ReferAnswered:
    """The far end's answer to our REFER; the last one is `final`."""

    code: int
    final: bool


@dataclass(frozen=True, slots=True)
class HoldRefused:
    """The far end refused the re-INVITE that puts it on hold, or takes it from there; the call goes on as it is."""

    sip_code: int


@dataclass(frozen=True, slots=True)
class Intruded:
    """A message of this dialog came from somebody else than whom it is with, and was refused; nothing has changed.

    `what` is the method, or which answer it pretends to be; `source` is "address:port".
    """

    what: str
    source: str


class EndedBy(StrEnum):
    """The side that ended a dialog."""

    US = "us"
    FAR_END = "far end"
    CARRIER = "carrier"
    """Refused on the way: 401, 404, 503 and their like are no person's doing."""
    NOBODY = "nobody"
    """Nothing was heard any more, or nothing at all."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The dialog is over. `by` tells who ended it; code and reason are SIP's last word.

    `outcome` is what that means for the call (hung up, engaged, expired, broke). `figures` are the line's last.
    `unheard` says that our INVITE was answered with nothing at all, and in words by whom. `words` are the far end's own
    beside its reason phrase. `retry_after_s` is for how long it wants no further call (RFC 3261 §20.33).
    """

    outcome: Event
    by: EndedBy
    sip_code: int
    sip_reason: str
    q850_cause: int | None = None
    figures: RtpStats | None = None
    unheard: str = ""
    words: str = ""
    retry_after_s: int | None = None

    @property
    def by_us(self) -> bool:
        return self.by is EndedBy.US


@dataclass(frozen=True, slots=True)
class TrunkTried:
    """A host of a trunk has answered our INVITE, with 200 or a code of 300 and above, or has not answered at all.

    `ms` is the time from INVITE to answer. Of several hosts that are tried in turn, each is told.
    """

    trunk: str
    host: str
    via: str
    sip_code: int | None
    sip_reason: str
    q850_cause: int | None
    ms: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class RouteAdvanced:
    """An INVITE went to the next host or trunk, as the one before has failed; it is another dialog."""

    via: str
    sip_call_id: str


@dataclass(frozen=True, slots=True)
class CallerIdWarned:
    """The caller's number will be hidden or cut at its destination, by the rules of that country."""

    trunk: str
    reason: str


@dataclass(frozen=True, slots=True)
class RedirectRefused:
    """The far end sends the call on to a number (3xx) that a call policy does not allow, so it is not followed."""

    rule: str
    level: str
    number: str
    uri: str
    why: str


@dataclass(frozen=True, slots=True)
class CallerSigned:
    """The INVITE carries our signature of who calls, with this attestation (RFC 8588)."""

    attestation: Attestation


LegEvent = (
    TrunkTried
    | CallerSigned
    | CallerIdWarned
    | RedirectRefused
    | RouteAdvanced
    | AnswerHeaders
    | Alerted
    | Answered
    | MediaChanged
    | MediaLost
    | StrangersSend
    | DigitPressed
    | PlaceTaken
    | ReferRequested
    | ReferAnswered
    | HoldRefused
    | Intruded
    | FaxBegan
    | FaxEnded
    | HungUp
)
