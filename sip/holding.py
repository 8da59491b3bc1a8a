"""Hold as a far end is told of it: by one re-INVITE at a time, and by another where two have met (RFC 3261 §14.1).

Every method here runs on the SIP thread.
"""

from collections.abc import Callable
from typing import Final

import pjsua2 as pj

from engine.model.trunk import HoldStyle

DIRECTIONS: Final = {
    None: pj.PJMEDIA_DIR_ENCODING_DECODING,
    HoldStyle.SENDONLY: pj.PJMEDIA_DIR_ENCODING,
    HoldStyle.INACTIVE: pj.PJMEDIA_DIR_NONE,
}
"""Which way sound goes, as we see it, while the far end is on hold so; None is not on hold."""
_PENDING: Final = 491
_CHALLENGES: Final = (401, 407)


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
        if code in _CHALLENGES:  # the library sends it again with credentials
            return False
        self.asks = False
        if code == _PENDING:
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


def glare_pause_s(*, inbound: bool, chance: float) -> float:
    """How long to wait where two re-INVITEs have met: whoever has called waits longer (RFC 3261 §14.1).

    `chance` is from 0 to 1.
    """
    shortest_s, longest_s = (0.0, 2.0) if inbound else (2.1, 4.0)
    return round(shortest_s + (longest_s - shortest_s) * chance, 2)


def answer_to_invite(event: pj.SipEvent) -> int:
    """The code of the final answer to an INVITE of ours which a transaction tells of; 0 where it tells of no such."""
    transaction = event.body.tsxState.tsx
    if transaction.method != "INVITE" or transaction.role != pj.PJSIP_ROLE_UAC:
        return 0
    code, state = int(transaction.statusCode), transaction.state
    # One that was refused ends once more, half a minute later.
    final = pj.PJSIP_TSX_STATE_TERMINATED if 200 <= code < 300 else pj.PJSIP_TSX_STATE_COMPLETED
    return code if code >= 200 and state == final else 0
