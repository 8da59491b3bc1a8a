"""Who is told of calls that come in, and who says whether another may."""

from collections.abc import Callable

from engine.model.refusal import RefusalRule
from engine.ports import DialRefused, InboundCall
from sip.leg import SipLeg

OnIncoming = Callable[[SipLeg, InboundCall], None]
OnRefused = Callable[[DialRefused], None]
Admits = Callable[[], bool]
"""Whether another call may come in now; asked on the SIP thread."""


def admits_all() -> bool:
    """Admit whatever comes."""
    return True


def noted_by_nobody(_rule: RefusalRule, _source: str, _number: str) -> None:
    """Let a refusal pass unnoted."""
