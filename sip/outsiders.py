"""Says who else may speak within a dialog than whoever it is with by its messages' addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pjsua2 as pj
import structlog

from engine.model.storable import storable
from engine.model.trunk import Trunk
from sip.answering import write_answer
from sip.message import Message, read_message
from sip.requests import IGNORED, StatelessResponse

DROPPED: Final = StatelessResponse(IGNORED)
_UNANSWERED: Final = frozenset({"ACK", "CANCEL"})
"""Requests that can't be challenged (RFC 3261 §22.1)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outsider:
    """Who has sent a message of a dialog from elsewhere: `source` is "address:port", `certificates` are PEM.

    `trunk` is the dialog's; None where it is no trunk's.
    """

    source: str
    message: Message
    certificates: str
    trunk: Trunk | None

    @property
    def method(self) -> str:
        """The method of a request; empty for an answer."""
        return "" if self.message.status is not None else self.message.start.partition(" ")[0]

    @property
    def may_be_asked(self) -> bool:
        """Whether it is a request that can be challenged."""
        return bool(self.method) and self.method not in _UNANSWERED


Judge = Callable[[Outsider], StatelessResponse | None]
"""Takes a message from elsewhere; what it is answered, or None where its sender may speak within the dialog."""
TrunkOf = Callable[[int], Trunk | None]
"""Takes the library's number of a call; its trunk, None where it is no trunk's."""
TellIntruded = Callable[[int, str, str], None]
"""Takes the library's number of a call, what was sent and its source as "address:port"."""


class Outsiders(pj.OutsiderGuard):
    """Lives on the SIP thread.

    `judge` says what becomes of a message, `trunk_of` whose its dialog is, `tell` is told of each that was refused.
    """

    def __init__(self, judge: Judge, trunk_of: TrunkOf, tell: TellIntruded) -> None:
        super().__init__()
        self._judge = judge
        self._trunk_of = trunk_of
        self._tell = tell
        self.refused = 0

    def onOutsider(self, message: pj.OutsideMessage) -> None:  # noqa: N802
        try:
            answer = self._answer(message)
        except Exception:
            log.exception("message_failed", method=storable(str(message.method)), source=str(message.source))
            answer = DROPPED  # what is raised here would end the process, in the middle of the library
        if answer is not None:
            write_answer(answer, message)

    def _answer(self, message: pj.OutsideMessage) -> StatelessResponse | None:
        call_id, source = int(message.callId), str(message.source)
        read = read_message(str(message.text))
        answer = self._judge(Outsider(source, read, str(message.certificates), self._trunk_of(call_id)))
        if answer is not None and answer.code != 401:
            self.refused += 1
            what = storable(str(message.method))
            self._tell(call_id, f"answer to {what}" if message.isAnswer else what, source)
        return answer
