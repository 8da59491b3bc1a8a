"""Stands before the library: answers requests that it is not to see, and says so in the log."""

from collections.abc import Callable
from typing import Final

import pjsua2 as pj
import structlog

from engine.storable import storable
from sip.keys import key_of
from sip.message import Message, read_message
from sip.requests import IGNORED, UNCLAIMED, Answer, answer_in_call, answer_outside

_FAILED: Final = Answer(500)

log = structlog.get_logger(__name__)


class Gate(pj.RequestGate):
    """`is_stranger` tells of a source, as "address:port", whether it may not call.

    `press` takes the library's number of a call and a key that its far end has pressed. Lives on the SIP thread.
    """

    def __init__(self, is_stranger: Callable[[str], bool], press: Callable[[int, str], None]) -> None:
        super().__init__()
        self._is_stranger = is_stranger
        self._press = press

    def stand(self) -> None:
        """From now on, until the endpoint ends."""
        self.open()
        pj.do_not_claim(pj.StringVector(UNCLAIMED))
        pj.read_bytes_beyond_ascii()

    def onRequest(self, request: pj.GatedRequest) -> None:  # noqa: N802
        method, source = storable(str(request.method)), str(request.source)
        try:
            message = read_message(str(request.message))
            answer = self._answer(method, source, message, in_call=bool(request.inCall))
            if method == "INFO" and request.inCall and (key := key_of(message)) is not None:
                self._press(int(request.callId), key)
        except Exception:
            log.exception("request_failed", method=method, source=source)
            answer = _FAILED  # what is raised here would end the process, in the middle of the library
        if answer is None:
            return
        request.code = answer.code
        for name, value in answer.headers:
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            request.headers.append(header)
        if answer.code >= 300 or answer.code == IGNORED:
            told = "nothing" if answer.code == IGNORED else answer.code
            log.info("request_refused", method=method, source=source, answered=told)

    def _answer(self, method: str, source: str, message: Message, *, in_call: bool) -> Answer | None:
        if in_call:
            return answer_in_call(method, message)
        return answer_outside(method, message, stranger=self._is_stranger(source))
