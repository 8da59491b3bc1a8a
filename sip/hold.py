"""Hold as SIP tells it: by a re-INVITE, which is sent again where two have met (RFC 3264 §8.4, RFC 3261 §14.1)."""

from enum import Enum
from random import uniform
from typing import Final

from engine.model.trunk import HoldStyle

_CALLERS_PAUSE_S: Final = (2.1, 4.0)
_CALLEES_PAUSE_S: Final = (0.0, 2.0)
"""RFC 3261 §14.1: how long each side waits after two re-INVITEs have met, so that they do not meet again."""
_REQUEST_PENDING: Final = 491
_NOT_FINAL: Final = {401, 407, 422}
"""After these the library sends the re-INVITE again by itself."""


class MediaDirection(Enum):
    """What a re-INVITE says of our media."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    INACTIVE = "inactive"


_ON_HOLD: Final = {
    HoldStyle.SENDONLY: MediaDirection.SENDONLY,
    HoldStyle.INACTIVE: MediaDirection.INACTIVE,
}


class Hold:
    """What a far end is to be told of hold, and what it has been told. A refusal leaves the call as it is.

    Pure: it says which re-INVITE is to be sent, and is told what became of it. Times are of one clock, in seconds.
    """

    def __init__(self, style: HoldStyle, *, inbound: bool) -> None:
        self._on_hold = _ON_HOLD.get(style)
        self._pause_s = _CALLEES_PAUSE_S if inbound else _CALLERS_PAUSE_S
        self._wanted = False
        self._told = False
        self._asking: bool | None = None
        self._not_before_s = 0.0

    @property
    def is_asking(self) -> bool:
        """Whether a re-INVITE of ours waits for its answer."""
        return self._asking is not None

    def want(self, *, held: bool) -> None:
        """The far end is to be on hold, or no longer."""
        self._wanted = held

    def next_to_send(self, now_s: float) -> MediaDirection | None:
        """What a re-INVITE that is sent now has to say; None where none is to be sent now."""
        if self._on_hold is None or self._asking is not None or self._wanted is self._told:
            return None
        if now_s < self._not_before_s:
            return None
        self._asking = self._wanted
        return self._on_hold if self._wanted else MediaDirection.SENDRECV

    def unsent(self, now_s: float) -> None:
        """The re-INVITE could not be sent, as the session is being changed already, by either side."""
        self._asking = None
        self._not_before_s = now_s + uniform(*self._pause_s)

    def answered(self, code: int, now_s: float) -> None:
        """The far end has answered our re-INVITE."""
        if self._asking is None or code < 200 or code in _NOT_FINAL:
            return
        asked, self._asking = self._asking, None
        if code == _REQUEST_PENDING:
            self._not_before_s = now_s + uniform(*self._pause_s)
        elif code < 300:
            self._told = asked
        else:
            self._wanted = self._told
