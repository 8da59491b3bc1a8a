"""After which answers and failures a call goes on to its next candidate, and after which it has failed, each with why.

A trunk's own trouble goes on. What a person or the called network has answered is final, and so is everything once
the caller has heard something: nobody is called twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SetUpFailure(StrEnum):
    """What ends an attempt without any SIP answer."""

    TRANSPORT_ERROR = "transport error"
    NO_ANSWER = "no answer to the INVITE"
    NO_ADDRESS = "no address"
    NO_CAPACITY = "trunk is full"


class Progress(StrEnum):
    """How far an attempt had come when it ended."""

    NONE = "none"
    RINGING = "ringing"
    """A 18x without media: the telephone rang."""
    HEARD = "heard"
    """A 18x with media, or an answer: the caller has heard something of the far end."""


class FailoverVerdict(StrEnum):
    """What happens after an attempt that failed."""

    NEXT = "next"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A row of the table: what happens, and the reason."""

    verdict: FailoverVerdict
    reason: str

    @property
    def goes_on(self) -> bool:
        return self.verdict is FailoverVerdict.NEXT


def _next(reason: str) -> Ruling:
    return Ruling(FailoverVerdict.NEXT, reason)


def _final(reason: str) -> Ruling:
    return Ruling(FailoverVerdict.FINAL, reason)


WITHOUT_ANSWER: Final[Mapping[SetUpFailure, Ruling]] = MappingProxyType(
    {
        SetUpFailure.TRANSPORT_ERROR: _next("The host can't be reached (RFC 3263 §4.3)."),
        SetUpFailure.NO_ANSWER: _next("The host has not answered the INVITE within trunk_timeout (RFC 3263 §4.3)."),
        SetUpFailure.NO_ADDRESS: _next("The host has no address (RFC 3263 §4)."),
        SetUpFailure.NO_CAPACITY: _next("The trunk carries as many calls as it may."),
    }
)

BY_CODE: Final[Mapping[int, Ruling]] = MappingProxyType(
    {
        300: _final("A redirection is followed within the trunk, or not at all (RFC 3261 §21.3)."),
        400: _final("The request itself is at fault, and would be at any trunk (RFC 3261 §21.4.1)."),
        401: _next("This trunk does not take our credentials; another may (RFC 3261 §21.4.2)."),
        402: _next("This trunk's account is not paid; another's may be (RFC 3261 §21.4.3)."),
        403: _final("The call is understood and refused, and is not to be repeated (RFC 3261 §21.4.4)."),
        404: _final("The number does not exist (RFC 3261 §21.4.5)."),
        406: _final("The called party takes no such content (RFC 3261 §21.4.7)."),
        407: _next("This trunk does not take our credentials; another may (RFC 3261 §21.4.8)."),
        408: _next("The trunk has found nobody in time (RFC 3261 §21.4.9)."),
        410: _final("The number exists no more (RFC 3261 §21.4.10)."),
        430: _next("The way from this trunk's edge is lost; another may have one (RFC 5626 §11.1)."),
        433: _final("The called party takes no anonymous calls (RFC 5079)."),
        480: _final("The called party can't be reached now (RFC 3261 §21.4.18)."),
        482: _final("The call goes in circles; another trunk would add to them (RFC 3261 §21.4.20)."),
        483: _final("The call has passed too many hops; another trunk would add to them (RFC 3261 §21.4.21)."),
        484: _final("The number is incomplete (RFC 3261 §21.4.22)."),
        486: _final("The called party is busy (RFC 3261 §21.4.24)."),
        487: _final("We have cancelled the call ourselves (RFC 3261 §21.4.25)."),
        488: _next("This trunk takes none of what was offered; elsewhere it may be taken (RFC 3261 §21.4.26)."),
        500: _next("The server has failed (RFC 3261 §21.5.1)."),
        501: _next("The server can't do what is asked; another may (RFC 3261 §21.5.2)."),
        502: _next("The server behind the trunk has failed (RFC 3261 §21.5.3)."),
        503: _next("The trunk is overloaded or being mended; Retry-After is kept (RFC 3261 §21.5.4)."),
        504: _next("The server behind the trunk has not answered in time (RFC 3261 §21.5.5)."),
        600: _final("The called party is busy everywhere (RFC 3261 §21.6.1)."),
        603: _final("The called party declines (RFC 3261 §21.6.2)."),
        604: _final("The number exists nowhere (RFC 3261 §21.6.3)."),
        606: _final("The called party takes nothing of what was offered, anywhere (RFC 3261 §21.6.4)."),
        607: _final("The called party does not want this call (RFC 8197)."),
        608: _final("The called network does not want this call (RFC 8688)."),
    }
)
"""A code that is not here counts as the first of its class, 4xx as 400 (RFC 3261 §8.1.3.2)."""

BY_CAUSE: Final[Mapping[int, Ruling]] = MappingProxyType(
    {
        1: _final("The network tells that the number is not assigned (Q.850 cause 1)."),
        2: _next("This trunk has no route to the network of the number (Q.850 cause 2)."),
        3: _next("This trunk has no route to the number (Q.850 cause 3)."),
        17: _final("The network tells that the called party is busy (Q.850 cause 17)."),
        18: _final("The network tells that the called telephone does not respond (Q.850 cause 18)."),
        19: _final("The network tells that it rang and nobody answered (Q.850 cause 19)."),
        20: _final("The network tells that the called subscriber is absent (Q.850 cause 20)."),
        21: _final("The network tells that the call was rejected (Q.850 cause 21)."),
        22: _final("The network tells that the number has changed (Q.850 cause 22)."),
        28: _final("The network tells that the number is incomplete or malformed (Q.850 cause 28)."),
        34: _next("This trunk's network has no free circuit (Q.850 cause 34)."),
        38: _next("This trunk's network is out of order (Q.850 cause 38)."),
        41: _next("This trunk's network has failed for the moment (Q.850 cause 41)."),
        42: _next("This trunk's network is congested (Q.850 cause 42)."),
    }
)
"""A cause that the network itself tells says more than a SIP code that does not tell of who is called."""

_HEARD: Final = _final("The caller has already heard something of the far end, so nobody is called twice.")
_RANG: Final = _final("It rang, and nobody answered in time.")
_ABOUT_WHO_IS_CALLED: Final = frozenset({404, 410, 484, 486})
_GLOBAL_FAILURE: Final = 600
"""RFC 3261 §21.6: from here on an answer is about the called party everywhere."""
_TIMEOUTS: Final = (408, SetUpFailure.NO_ANSWER)


CAUSES_WITHOUT_ANSWER: Final[Mapping[SetUpFailure, int]] = MappingProxyType(
    {
        SetUpFailure.TRANSPORT_ERROR: 27,
        SetUpFailure.NO_ANSWER: 102,
        SetUpFailure.NO_ADDRESS: 3,
        SetUpFailure.NO_CAPACITY: 34,
    }
)
"""Q.850: destination out of order, recovery on timer expiry, no route to destination, no circuit available."""


def judge(outcome: int | SetUpFailure, progress: Progress, told_cause: int | None = None) -> Ruling:
    """What happens after an attempt ended with a code of 300 and above, or without an answer.

    `told_cause` is the cause of Q.850 that the network has told in words of its own (Reason, RFC 3326).
    """
    if progress is Progress.HEARD:
        return _HEARD
    if progress is Progress.RINGING and outcome in _TIMEOUTS:
        return _RANG
    if isinstance(outcome, SetUpFailure):
        return WITHOUT_ANSWER[outcome]
    final_by_code = outcome in _ABOUT_WHO_IS_CALLED or outcome >= _GLOBAL_FAILURE
    told = None if final_by_code else BY_CAUSE.get(told_cause or 0)
    return told or BY_CODE.get(outcome) or BY_CODE[outcome // 100 * 100]
