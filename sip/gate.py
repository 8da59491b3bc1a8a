"""Stands before the library: answers requests that it is not to see, and has it read descriptions as they are meant."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pjsua2 as pj
import structlog

from engine.model.refusal import RefusalRule
from engine.model.storable import storable
from engine.model.trunk import Trunk
from sip.addresses import user_of
from sip.answering import write_answer
from sip.description import Carried, DescriptionReading, read_description
from sip.extensions import ANY_EXTENSION, Extensions, extensions_of
from sip.inbound_calls import AgainAfter
from sip.keys import key_of
from sip.message import Message, read_message
from sip.requests import (
    FORBIDDEN,
    IGNORED,
    UNCLAIMED,
    StatelessResponse,
    answer_in_call,
    answer_outside,
    answer_to_invite,
    has_tag,
    try_again,
)

AGAIN_S: Final = 5
"""When to ask again a node that takes no calls."""
_FAILED: Final = StatelessResponse(500)

log = structlog.get_logger(__name__)

Press = Callable[[int, str], None]
"""Takes the library's number of a call and a key that its far end has pressed."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom an INVITE is for: the library's number of an account, and what of all that we carry it may use.

    `trunk` is the one that it comes from. `answer` is what is said to one that is not taken, and `refused_by` the rule
    that refuses it, if it is no challenge.
    """

    account: int
    carried: Carried
    extensions: Extensions = ANY_EXTENSION
    trunk: Trunk | None = None
    answer: StatelessResponse | None = None
    refused_by: RefusalRule | None = None


CalledAs = Callable[[str, Message, Carried, str], Addressee]
"""Takes a source as "address:port", its INVITE, what we carry, and the certificates of its connection as PEM."""
NarrowInCall = Callable[[int, Carried], Carried]
"""Takes the library's number of a call and what we carry; what of that the call may use."""
TellRefused = Callable[[Message, str, Trunk | None, StatelessResponse], None]
"""Takes an INVITE that was refused, its source as "address:port", its trunk, and what it was answered."""
TrunkAsking = Callable[[str, Message, str], Trunk | None]
"""Takes a source as "address:port", its OPTIONS and the certificates of its connection; the trunk that it is."""
TrunkOfCall = Callable[[int], Trunk | None]
"""Takes the library's number of a call."""
TakeOver = Callable[[Message, Trunk | None], StatelessResponse | None]
"""Takes an INVITE and its trunk; the answer where it wants the place of a call that it can't have (RFC 3891)."""
NoteRefusal = Callable[[RefusalRule, str, str], None]
"""Takes the rule by which a call was refused, its source as "address:port", and the number; empty if it was unread."""


class Gate(pj.RequestGate):
    """Lives on the SIP thread.

    While the node `takes_calls`, OPTIONS say so, by which proxies and carriers choose where to send calls.

    `is_unknown` tells of a source, as "address:port", and the certificates of its connection, whether all but calls
    gets the answer `to_strangers`; `again_after` when another call may come in, `called_as` whom it is for and what of
    all that we carry it may offer; `narrow_in_call` says the latter within a call. `trunk_asking` and `trunk_of_call`
    say whose OPTIONS it is.
    """

    def __init__(
        self,
        is_unknown: Callable[[str, str], bool],
        press: Press,
        tell_refused: TellRefused,
        again_after: AgainAfter,
        called_as: CalledAs,
        note_refusal: NoteRefusal,
        narrow_in_call: NarrowInCall,
        take_over: TakeOver,
        trunk_asking: TrunkAsking,
        trunk_of_call: TrunkOfCall,
        to_strangers: StatelessResponse,
    ) -> None:
        super().__init__()
        self._is_unknown = is_unknown
        self._press = press
        self._tell_refused = tell_refused
        self._again_after = again_after
        self._called_as = called_as
        self._note_refusal = note_refusal
        self._narrow_in_call = narrow_in_call
        self._take_over = take_over
        self._trunk_asking = trunk_asking
        self._trunk_of_call = trunk_of_call
        self._to_strangers = to_strangers
        self._carried = Carried(frozenset())
        self.takes_calls = True
        self._is_closing = False

    def stand(self, carried: Carried) -> None:
        """Stand before the library until the endpoint ends. `carried` is what descriptions may offer us."""
        self._carried = carried
        self.open()
        pj.do_not_claim(pj.StringVector(UNCLAIMED))
        pj.read_bytes_beyond_ascii()

    def close(self) -> None:
        """Take no call from now on: the accounts that would take one are about to go."""
        self.takes_calls = False
        self._is_closing = True

    def onRequest(self, request: pj.GatedRequest) -> None:  # noqa: N802
        method, source = storable(str(request.method)), str(request.source)
        try:
            answer = self._answer(method, source, request)
        except Exception:
            log.exception("request_failed", method=method, source=source)
            answer = _FAILED  # what is raised here would end the process, in the middle of the library
        if answer is None:
            return
        if answer.code == IGNORED and request.passedOn:
            answer = FORBIDDEN  # a proxy that hears nothing asks another node
        write_answer(answer, request)
        if answer.logged and (answer.code >= 300 or answer.code == IGNORED):
            told = "nothing" if answer.code == IGNORED else answer.code
            what = "request_challenged" if answer.code == 401 and not answer.why else "request_refused"
            log.info(what, method=method, source=source, answered=told, why=answer.why or None)

    def onDescription(self, message: pj.GatedRequest) -> None:  # noqa: N802
        try:
            carried = self._narrow_in_call(int(message.callId), self._carried)
            if str(message.method) != "INVITE":
                carried = replace(carried, fax=False)  # the library takes none but by re-INVITE
            refusal = self._read(message, carried).refusal
        except Exception:
            log.exception("description_failed", method=str(message.method), source=str(message.source))
            return
        if refusal is not None:
            log.info(
                "description_refused",
                method=storable(str(message.method)),
                source=str(message.source),
                why=refusal.words,
            )

    def _answer(self, method: str, source: str, request: pj.GatedRequest) -> StatelessResponse | None:
        if method == "INVITE" and not request.inCall and (again_s := self._closed_for_s()) is not None:
            self._note_refusal(RefusalRule.LIMIT, source, "")
            return try_again(again_s)  # before anything costs anything
        message = read_message(str(request.message))
        if request.inCall:
            if method == "INFO" and (key := key_of(message)) is not None:
                self._press(int(request.callId), key)
            asking = self._trunk_of_call(int(request.callId)) if method == "OPTIONS" else None
            return answer_in_call(method, message, extensions_of(asking))
        certificates = str(request.certificates)
        if method != "INVITE" or has_tag(message):
            return self._answer_outside(method, source, message, certificates)
        addressee = self._called_as(source, message, self._carried, certificates)
        if addressee.answer is not None:
            if addressee.refused_by is not None:
                self._note_refusal(addressee.refused_by, source, user_of(message.request_uri))
            return addressee.answer
        request.account = addressee.account
        request.replaces = addressee.extensions.replaces
        refusal = self._read(request, addressee.carried).refusal
        answer = answer_to_invite(message, refusal, addressee.extensions) or self._take_over(message, addressee.trunk)
        if answer is not None:
            self._tell_refused(message, source, addressee.trunk, answer)
        return answer

    def _closed_for_s(self) -> int | None:
        """After how many seconds another call may come in, None if one may now."""
        return AGAIN_S if self._is_closing else self._again_after()

    def _answer_outside(
        self, method: str, source: str, message: Message, certificates: str
    ) -> StatelessResponse | None:
        if self._is_unknown(source, certificates):
            return self._to_strangers
        if method == "OPTIONS" and not self.takes_calls:
            return try_again(AGAIN_S)
        asking = self._trunk_asking(source, message, certificates) if method == "OPTIONS" else None
        return answer_outside(method, message, extensions_of(asking))

    def _read(self, message: pj.GatedRequest, carried: Carried) -> DescriptionReading:
        """Have the library read the message's description, if it has one, as it is meant."""
        described = storable(str(message.description))
        if not described:
            return DescriptionReading("")
        reading = read_description(described, carried.over(str(message.source)))
        message.description = reading.text
        return reading
