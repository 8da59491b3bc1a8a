"""Dialogs with far ends: how they come about, and what is asked of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from engine.model.call_policy.destination_rules import ANYWHERE, Destinations
from engine.model.room_link import RoomLink
from engine.model.stir import Attestation, SignedCall, Verstat
from engine.ports.leg_events import LegEvent
from engine.ports.wires import LegId


class Cause(Enum):
    """Why we end a leg; (SIP code before answer, Q.850 cause, words, seconds). Q.850 §2.2.7, RFC 3398 §7.2."""

    NORMAL = (603, 16)
    BUSY = (486, 17)
    REJECTED = (603, 21)
    NOT_FOUND = (404, 1)
    FORBIDDEN = (403, 21)
    FAULT = (500, 41)
    UNAVAILABLE = (503, 41, "", 5)
    STOPPING = (503, 41, "The server is stopping", 5)
    NOT_IN_REGION = (503, 41, "Carried in another region", 5)
    LOOP = (482, 0)
    """A link between rooms that is there already (RFC 3261 §21.4.20)."""
    NO_SUCH_CALL = (481, 0)
    """The code says all: it is the one that whoever names no call of ours gets."""

    def __init__(self, sip_code: int, q850: int, words: str = "", again_after_s: int | None = None) -> None:
        self.sip_code = sip_code
        self.q850 = q850
        self.words = words
        """For the far end, where the cause alone does not tell."""
        self.again_after_s = again_after_s
        """When who calls may try again (Retry-After, RFC 3261 §20.33), where only the moment is wrong."""


Reachable = Callable[[str, str], bool]
"""Whether the host of a SIP URI may be called at an IP address to which it leads."""


def every_address(_host: str, _address: str) -> bool:
    """Stands for no limit on where a call may go."""
    return True


async def at_once() -> None:
    """Stands for nothing that an INVITE waits for."""


@dataclass(frozen=True, slots=True)
class DialRequest:
    """An INVITE to send: `target` is E.164 (sent to the trunk) or a SIP URI (sent there).

    `user` and `password` are for digest authentication with that target; empty for the trunk's own. `account_id` is
    whose call it is: routes may lead accounts apart. An `emergency` call is to an emergency number, as it is dialled.
    `diverted_by` is the number that was called, where its caller is sent on. `hides_caller` keeps from the called party
    who calls (CLIR). `destinations` says to which numbers it may be sent on (3xx), `reachable` whether the host
    of a SIP URI may be called at an IP address to which it leads. `before_invite` is awaited when all is known that its
    INVITE needs; what it raises is raised in place of sending it.

    `attestation` is what we know of the caller, for trunks that sign it; `identity` are the Identity headers of the
    call that is dialled on. `link` is what it is between rooms, if it is such: no trunk carries it.
    """

    target: str
    caller: str
    call_id: str
    display_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)
    account_id: str = ""
    emergency: bool = False
    attestation: Attestation = Attestation.PARTIAL
    identity: tuple[str, ...] = ()
    diverted_by: str = ""
    hides_caller: bool = False
    destinations: Destinations = ANYWHERE
    reachable: Reachable = every_address
    before_invite: Callable[[], Awaitable[None]] = at_once
    link: RoomLink | None = None


@dataclass(frozen=True, slots=True)
class InboundCall:
    """An INVITE that came in: the called number as given (Request-URI), the caller, where it came from.

    `addressed` is the number in To, which some carriers use while they address the trunk itself. `headers` are those
    that its flow is told. `forwarded_from` is who was called before and sent the call on, if that may be known.
    `identity` are its Identity headers (RFC 8224). `uri` is the Request-URI as it is written. `default_number` takes
    the call if the called one is nobody's.

    `trunk` is the name of the trunk that it came by, empty for none; `signed` what of the call may be signed, where
    that trunk verifies it, and `verstat` what came of it. `follows_redirects` is whether who sent it goes on to where a
    302 leads. `replaces` is the leg whose place it asks for, and may have
    (RFC 3891); it may have ended meanwhile. `link` is what it is between rooms, where a node of ours has proved that.
    """

    called: str
    caller: str
    source: str
    display_name: str = ""
    addressed: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    identity: tuple[str, ...] = ()
    uri: str = ""
    default_number: str = ""
    trunk: str = ""
    signed: SignedCall | None = None
    verstat: Verstat | None = None
    replaces: LegId | None = None
    link: RoomLink | None = None
    follows_redirects: bool = True


@dataclass(frozen=True, slots=True)
class DialRefused:
    """An INVITE that came in and was refused before it became a leg: what it was answered, and why in words."""

    arrival: InboundCall
    sip_code: int
    why: str
    q850_cause: int | None


class Leg(Protocol):
    """One dialog with one far end. Commands raise LegGone once it is over, except hang_up."""

    @property
    def id(self) -> LegId: ...
    @property
    def sip_call_id(self) -> str: ...
    @property
    def via(self) -> str:
        """Name of the trunk or peer that carries it, for explanations."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """All events in order, for one reader; ends after HungUp."""
        ...

    async def ring(self) -> None:
        """Send 180 (inbound)."""
        ...

    async def answer(self) -> None:
        """Send 200 (inbound)."""
        ...

    async def press(self, digits: str) -> None:
        """Send keys 0-9 * # A-D by RFC 4733, or by INFO where that was not negotiated; returns when they are sent."""
        ...

    async def refer(self, target: str) -> None:
        """Send REFER to a SIP URI; ReferAnswered events follow. Raises SipError."""
        ...

    async def hold(self, *, held: bool) -> None:
        """Tell the far end that it is on hold, or no longer, as its trunk has it; a HoldRefused event may follow."""
        ...

    async def redirect(self, uri: str) -> None:
        """Send who calls on to a node of ours (302, inbound): a SIP URI with the port at which that takes UDP.

        They are to go on over the transport that they came by.
        """
        ...

    async def hang_up(self, cause: Cause = Cause.NORMAL, *, again_after_s: int | None = None) -> None:
        """Refuse, CANCEL or BYE, as the dialog's state asks for. Nothing happens if it is over.

        A call that is refused is told after how many seconds it may be tried again (Retry-After, RFC 3261 §20.33).
        """
        ...


class Dialer(Protocol):
    """Dials: makes outbound legs."""

    def reserve(self, request: DialRequest) -> None:
        """Keep room on a trunk for a call until it is dialled. Raises TrunksFull where none has any."""
        ...

    def release(self, call_id: str) -> None:
        """Give up the room that is kept for a call which is not dialled. Safe to repeat, also after it was."""
        ...

    async def register(self, *, wanted: bool) -> None:
        """Have trunks that register send calls here, or elsewhere from now on; calls in progress go on."""
        ...

    async def exchange(self, leg: LegId, other: LegId, then: Callable[[], None]) -> None:
        """Two legs change their dialogs: who hears, is recorded and commanded by each is the other's far end since.

        `then` is called at the moment from which on their events are the other's, too. Raises LegGone.
        """
        ...

    async def dial(self, request: DialRequest) -> Leg:
        """Send INVITE. Raises SipError if it can't be sent at all (no trunk, bad URI), or what `before_invite` does."""
        ...
