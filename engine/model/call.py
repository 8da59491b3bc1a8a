"""A call: what is known of it, and the table of its life.

The table is the whole state machine: a status without a row is final, and an event without an entry is
refused and leaves the call as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from engine.ids import IdKind, new_id
from engine.model.call_options import DEFAULT_LANGUAGE, DEFAULT_TIMEOUT_S, STANDARD, CallOptions
from engine.model.stir import Attestation, Verstat
from engine.model.transitions import final_states, next_state


class Status(StrEnum):
    """The status of a call, as the contract spells it."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


class Direction(StrEnum):
    """The direction of a call: asked for by the far end, or by us."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Event(StrEnum):
    """The events of a call."""

    ALERTED = "alerted"
    ANSWERED = "answered"
    ENGAGED = "engaged"
    EXPIRED = "expired"
    HUNG_UP = "hung up"
    BROKE = "broke"


_BEFORE_ANSWER: Final = {
    Event.ANSWERED: Status.IN_PROGRESS,
    Event.ENGAGED: Status.BUSY,
    Event.EXPIRED: Status.NO_ANSWER,
    Event.HUNG_UP: Status.CANCELED,
    Event.BROKE: Status.FAILED,
}

TRANSITIONS: Final[Mapping[Status, Mapping[Event, Status]]] = MappingProxyType(
    {
        Status.QUEUED: {Event.ALERTED: Status.RINGING, **_BEFORE_ANSWER},
        Status.RINGING: _BEFORE_ANSWER,
        Status.IN_PROGRESS: {Event.HUNG_UP: Status.COMPLETED, Event.BROKE: Status.FAILED},
    }
)

FINAL: Final = final_states(Status, TRANSITIONS)

_FIRST_REFUSAL: Final = 300

NO_NODE: Final = ""
"""The node of a call that waits for its turn: any may begin it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to carry the call, or one rule that judged it, and what it said.

    `via` names the trunk, number or rule; `target` is the SIP URI, host or number tried; `said` is a sentence; `ms` is
    how long it took, where that was measured. `trunk` and `host` are set where an INVITE was sent to a trunk.
    """

    via: str
    target: str
    said: str
    sip_code: int | None = None
    sip_reason: str | None = None
    q850_cause: int | None = None
    ms: int | None = None
    trunk: str = ""
    host: str = ""

    @property
    def failed(self) -> bool:
        """Whether the call was not carried this way."""
        return self.sip_code is None or self.sip_code >= _FIRST_REFUSAL


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is stored. Times are UTC; numbers are E.164 or SIP URIs.

    `start_time` is when the call was asked for (outbound) or arrived (inbound); `duration` counts from `answer_time`.
    `url` and `flow` say where the call flow comes from, at most one of them is set; `fallback_url` is for when that
    fails. `method` and `fallback_method` are how the two URLs are requested, GET or POST. `node` is the process that
    owns the live call; one that waits for its turn is no node's. `trunk` is the name of that by which it came in, or to
    which it was sent last. `stir_verstat` is what came of the signature of a call that came in, `stir_signed` what we
    have signed of one that goes out. `options` are those of its order and its number: what their account has chosen is
    looked up when it is needed. `key_id` is the API key that has asked for it, or for the call that dialled it.
    `forwarded_from` is who was called before, and sent a call that came in on to us.
    """

    id: str
    account_id: str
    direction: Direction
    from_: str
    to: str
    status: Status
    start_time: datetime
    node: str
    answer_time: datetime | None = None
    end_time: datetime | None = None
    url: str | None = None
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    flow: str | None = None
    options: CallOptions = STANDARD
    parent_id: str | None = None
    key_id: str | None = None
    sip_call_id: str | None = None
    sip_code: int | None = None
    sip_reason: str | None = None
    q850_cause: int | None = None
    attempts: tuple[Attempt, ...] = ()
    stir_verstat: Verstat | None = None
    stir_signed: Attestation | None = None
    trunk: str | None = None
    forwarded_from: str | None = None
    price: Decimal | None = None
    price_unit: str = "EUR"

    @classmethod
    def begun(
        cls, direction: Direction, from_: str, to: str, options: CallOptions, *, account_id: str, at: datetime,
        node: str, url: str | None = None, method: str = "POST", fallback_url: str | None = None,
        fallback_method: str = "POST", flow: str | None = None, parent_id: str | None = None, key_id: str | None = None,
    ) -> "Call":  # fmt: skip
        """A call that is asked for or arrives at a time; where an option is not chosen, the standard holds."""
        return cls(
            new_id(IdKind.CALL), account_id, direction, from_, to, Status.QUEUED, at, node, url=url, method=method,
            fallback_url=fallback_url, fallback_method=fallback_method, flow=flow, parent_id=parent_id, key_id=key_id,
            options=options.over(STANDARD),
        )  # fmt: skip

    @property
    def language(self) -> str:
        """What is spoken where the flow names no language."""
        return self.options.language or DEFAULT_LANGUAGE

    @property
    def timeout_s(self) -> int:
        """How long it may ring."""
        return self.options.timeout_s or DEFAULT_TIMEOUT_S

    @property
    def ended(self) -> bool:
        return self.status in FINAL

    @property
    def far_end(self) -> str:
        """Who is on the line with us."""
        return self.from_ if self.direction is Direction.INBOUND else self.to

    @property
    def own_number(self) -> str:
        """The account's number on the call, which it came to or is placed from."""
        return self.to if self.direction is Direction.INBOUND else self.from_

    @property
    def duration(self) -> int:
        """Whole seconds from answer to end, rounded up as bills are; 0 while or if never answered."""
        if self.answer_time is None or self.end_time is None:
            return 0
        return -int((self.answer_time - self.end_time).total_seconds() // 1)


def after(call: Call, event: Event, at: datetime, **facts: Any) -> Call:
    """The call after an event at a time, with further fields. Raises UnexpectedEvent where the table has no entry.

    A time before what the call already knows, as of a clock that was set back, counts as that.
    """
    status = next_state(TRANSITIONS, call.id, call.status, event)
    at = max(at, call.answer_time or call.start_time)
    if status is Status.IN_PROGRESS:
        return replace(call, status=status, answer_time=at, **facts)
    if status in FINAL:
        return replace(call, status=status, end_time=at, **facts)
    return replace(call, status=status, **facts)
