"""Who is told of calls that come in, and who says when another may."""

from collections.abc import Callable

from engine.model.refusal import RefusalRule
from engine.ports import DialRefused, InboundCall
from sip.leg import SipLeg

OnIncoming = Callable[[SipLeg, InboundCall], None]
OnRefused = Callable[[DialRefused], None]
AgainAfter = Callable[[], int | None]
"""After how many seconds another call may come in, None if one may now; asked on the SIP thread."""


def at_any_time() -> int | None:
    """Let calls come in whenever they do."""
    return None


def noted_by_nobody(_rule: RefusalRule, _source: str, _number: str) -> None:
    """Let a refusal pass unnoted."""
