"""Reads from a test call's SIP messages what the far end answered within the dialog."""

from collections.abc import Sequence

from engine.model.sip_message import SipMessage
from sip.addresses import read_party
from sip.message import Message, parameters, read_message

_CHALLENGES = (401, 407)


class DialogTrace:
    """What was said in one call, oldest first. Pure: it reads the messages that it is handed."""

    def __init__(self, messages: Sequence[SipMessage]) -> None:
        read = [(message.sent, read_message(message.text)) for message in messages]
        self._sent = [message for sent, message in read if sent]
        self._received = [message for sent, message in read if not sent]

    @property
    def session_s(self) -> int | None:
        """The interval of the answer to INVITE (RFC 4028); None where it has none."""
        given = ((self._answer.first("session-expires") or "") if self._answer else "").partition(";")[0].strip()
        return int(given) if given.isascii() and given.isdigit() else None

    @property
    def timers_supported(self) -> bool:
        """Whether the answer names session timers."""
        return self._answer is not None and "timer" in _names(self._answer, "supported", "require")

    @property
    def reliable_asked(self) -> bool:
        """Whether a provisional answer was to be acknowledged (RFC 3262)."""
        return any("100rel" in _names(each, "require") and _code(each) < 200 for each in self._received if each.status)

    def codes(self, method: str) -> Sequence[int]:
        """The final answers to our requests of a method within the dialog, in their order; 0 where none came."""
        asked = {_cseq(each): 0 for each in self._sent if _is_request(each, method) and _has_tag(each)}
        for each in self._received:
            if _cseq(each) in asked and _code(each) >= 200:
                asked[_cseq(each)] = _code(each)
        return [code for code in asked.values() if code not in _CHALLENGES]

    @property
    def caller_said(self) -> str:
        """The user as whom we called."""
        return next(
            (read_party(each.first("from") or "").user for each in self._sent if _is_request(each, "INVITE")), ""
        )

    def caller_seen(self, called: str) -> str:
        """The user whom the answer asserts (RFC 3325), unless that is who was called; empty where it does not."""
        for name in ("p-asserted-identity", "remote-party-id"):
            for value in self._answer.listed(name) if self._answer else ():
                if (user := read_party(value).user) not in ("", called):
                    return user
        return ""

    @property
    def _answer(self) -> Message | None:
        """The first answer to INVITE that took the call."""
        return next((each for each in self._received if _code(each) == 200 and _method(each) == "INVITE"), None)


def _names(message: Message, *headers: str) -> frozenset[str]:
    return frozenset(each.lower() for header in headers for each in message.listed(header))


def _code(message: Message) -> int:
    return message.status[0] if message.status else 0


def _cseq(message: Message) -> str:
    return " ".join((message.first("cseq") or "").split())


def _method(message: Message) -> str:
    return _cseq(message).rpartition(" ")[2]


def _is_request(message: Message, method: str) -> bool:
    return message.start.startswith(f"{method} ")


def _has_tag(message: Message) -> bool:
    return "tag" in parameters((message.first("to") or "").rpartition(">")[2])
