"""One verdict per SIP answer: what it means for the call, and the Q.850 cause that goes with it.

RFC 3261 §21 for the codes, RFC 3398 §8.2.6.1 for the causes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.model.call import Event

_OUTCOMES: Final[Mapping[int, Event]] = MappingProxyType(
    {
        408: Event.EXPIRED,
        480: Event.EXPIRED,
        486: Event.ENGAGED,
        487: Event.HUNG_UP,
        600: Event.ENGAGED,
    }
)

_CAUSES: Final[Mapping[int, int]] = MappingProxyType(
    {
        400: 41, 401: 21, 402: 21, 403: 21, 404: 1, 405: 63, 406: 79, 407: 21, 408: 102, 410: 22, 413: 127,
        414: 127, 415: 79, 416: 127, 420: 127, 421: 127, 423: 127, 480: 18, 481: 41, 482: 25, 483: 25, 484: 28,
        485: 1, 486: 17, 487: 16, 488: 88, 500: 41, 501: 79, 502: 38, 503: 41, 504: 102, 505: 127, 513: 127,
        600: 17, 603: 21, 604: 1, 606: 88,
    }
)  # fmt: skip


def outcome(code: int) -> Event:
    """What the final SIP answer to an INVITE means for its call."""
    return _OUTCOMES.get(code, Event.BROKE)


def q850(code: int) -> int | None:
    """The cause that a gateway would give for a SIP code; None for a success."""
    if code < 400:
        return None
    return _CAUSES.get(code, 127)
