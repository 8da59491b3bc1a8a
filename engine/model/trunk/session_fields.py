"""The fields of a trunk about session timers (RFC 4028)."""

from typing import Final

from engine.model.trunk.choices import Refresher, SessionTimers
from engine.model.trunk.field import OneOf, WholeNumber, declared

TIMERS: Final = declared(
    OneOf(SessionTimers),
    "Session timers (RFC 4028): off, supported, required of the far end, or always (we refresh also alone).",
    default=SessionTimers.ALWAYS,
)
EXPIRES_S: Final = declared(
    WholeNumber(0, 86400),
    "Seconds of a session between refreshes, 90 at least; 0 is the setting session_expires_s.",
    default=0,
)
MIN_S: Final = declared(
    WholeNumber(90, 86400),
    "The shortest session that we agree to (Min-SE); a call in with a shorter one is answered with 422.",
    default=90,
)
REFRESHER: Final = declared(
    OneOf(Refresher),
    "Who refreshes the session: uac, who called; uas, who was called; or any, as the far end says.",
    default=Refresher.ANY,
)
