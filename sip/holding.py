"""Hold as a far end is told of it: by one re-INVITE at a time, and by another where two have met (RFC 3261 §14.1).

Every method here runs on the SIP thread.
"""

from collections.abc import Callable
from typing import Final

import pjsua2 as pj

from engine.model.trunk import HoldStyle
from sip.reinvites import CHALLENGES, REQUEST_PENDING

DIRECTIONS: Final = {
    None: pj.PJMEDIA_DIR_ENCODING_DECODING,
    HoldStyle.SENDONLY: pj.PJMEDIA_DIR_ENCODING,
    HoldStyle.INACTIVE: pj.PJMEDIA_DIR_NONE,
}
"""Which way sound goes, as we see it, while the far end is on hold so; None is not on hold."""


class Holding:
    """How a far end has been told that it is on hold, and how it is to be; None is not on hold.

    `send` sends a re-INVITE, and says whether it could. `later` has the next one tried after a pause.
    """

    def __init__(self, send: Callable[[HoldStyle | None], bool], later: Callable[[Callable[[], None]], None]) -> None:
        self._send = send
        self._later = later
        self._told: HoldStyle | None = None
        self._wanted: HoldStyle | None = None
        self._asked: HoldStyle | None = None
        self._waits = False
        self.asks = False
        """Whether a re-INVITE has still to be answered."""

    def want(self, style: HoldStyle | None) -> None:
        """Tell the far end so, once what it is told now is answered."""
        self._wanted = style
        self._go_on()

    def answered(self, code: int) -> bool:
        """A final answer to the re-INVITE has come; whether it refuses what we asked for."""
        if code in CHALLENGES:  # the library sends it again with credentials
            return False
        self.asks = False
        if code == REQUEST_PENDING:
            self._pause()
            return False
        refused = code >= 300
        if refused:
            self._wanted = self._told
        else:
            self._told = self._asked
        self._go_on()
        return refused

    def _go_on(self) -> None:
        if self.asks or self._waits or self._wanted == self._told:
            return
        self.asks, self._asked = True, self._wanted
        if not self._send(self._asked):
            self.asks = False
            self._pause()

    def _pause(self) -> None:
        self._waits = True
        self._later(self._try_again)

    def _try_again(self) -> None:
        self._waits = False
        self._go_on()
