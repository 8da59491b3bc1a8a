"""The answers to SIP requests that are not the library's to serve.

Outside a call only INVITE and OPTIONS are served; within one also what asks whether we are still there. What is left
gets the code that tells the far end why (RFC 3261 §8.2.1), and a stranger gets nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.routing.capacity import CapacityRefusal
from sip.description import Refusal
from sip.extensions import ANY_EXTENSION, Extensions
from sip.keys import RELAY, SINGLE
from sip.message import Message, parameters

IGNORED: Final = -1
"""In the place of a code: no answer at all."""

UNCLAIMED: Final = (
    "MESSAGE", "PUBLISH", "SUBSCRIBE",
    "replaces",
    "application/im-iscomposing+xml", "application/pidf+xml", "application/simple-message-summary",
    "application/xpidf+xml", "text/plain",
)  # fmt: skip
"""Methods, extensions and media types that the library knows and we do not serve."""

_ALLOW: Final = ("Allow", "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, NOTIFY, REFER, OPTIONS")
_ACCEPT: Final = ("Accept", "application/sdp")
_EXTENSIONS: Final = ("100rel", "timer", "norefersub")
_ALLOW_EVENTS: Final = ("Allow-Events", "refer")
_ACCEPT_INFO: Final = ("Accept", f"{RELAY}, {SINGLE}")
_VIDEO_CONTROL: Final = "application/media_control+xml"

_NEVER: Final = frozenset({"MESSAGE", "PUBLISH", "REGISTER", "SUBSCRIBE"})
_OF_CALLS: Final = frozenset({"BYE", "CANCEL", "INFO", "NOTIFY", "PRACK", "UPDATE"})

LONGEST: Final = 256
"""Characters of an address or a Call-ID; the library makes nothing of longer ones."""

_ONCE: Final = {
    "call-id": "Call-ID",
    "content-length": "Content-Length",
    "cseq": "CSeq",
    "from": "From",
    "max-forwards": "Max-Forwards",
    "to": "To",
}
"""Headers of which a message has one at most (RFC 3261 §20), as they are written."""

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StatelessResponse:
    """A status code, or IGNORED, with the headers that go with it, and why in words where that is not plain."""

    code: int
    headers: tuple[Header, ...] = ()
    why: str = ""
    logged: bool = True
    """Whether each has a line of its own in the log; what is said to a flood has not."""


_NOT_ALLOWED: Final = StatelessResponse(405, (_ALLOW,))
_UNKNOWN: Final = StatelessResponse(501)
_NO_CALL: Final = StatelessResponse(481)
FORBIDDEN: Final = StatelessResponse(403)
_NO_TAKING_OVER: Final = StatelessResponse(403, why="It asks for the place of a call (Replaces), and may not")


def answer_in_call(method: str, message: Message, extensions: Extensions = ANY_EXTENSION) -> StatelessResponse | None:
    """The answer to a request within a dialog; None where the library serves it."""
    if method == "OPTIONS":
        return _here(extensions)
    if method == "INFO":
        return _answer_to_info(message)
    if method == "NOTIFY":
        package = (message.first("event") or "").partition(";")[0].strip().lower()
        return None if package == "refer" else StatelessResponse(489, (_ALLOW_EVENTS,))  # RFC 6665 §4.1.3
    return _NOT_ALLOWED if method in _NEVER else _UNKNOWN


def answer_to_stranger(*, refused: bool) -> StatelessResponse:
    """The answer to a request outside dialogs of who may not call, whatever it asks for."""
    return FORBIDDEN if refused else StatelessResponse(IGNORED)


def answer_outside(method: str, message: Message, extensions: Extensions = ANY_EXTENSION) -> StatelessResponse | None:
    """The answer to a request outside dialogs but INVITE that begins one; None where the library serves it."""
    if answer := _malformed(message):
        return answer
    if method == "OPTIONS":
        return _unsupported(message, extensions) or _here(extensions)
    if method in _OF_CALLS or (has_tag(message) and method not in _NEVER):
        return _NO_CALL
    if method == "REFER":
        return FORBIDDEN
    return _NOT_ALLOWED if method in _NEVER else _UNKNOWN


def answer_to_invite(
    message: Message, refusal: Refusal | None, extensions: Extensions = ANY_EXTENSION
) -> StatelessResponse | None:
    """The answer to an INVITE outside dialogs; `refusal` says why nothing it offers is carried, if so."""
    if answer := _malformed(message):
        return answer
    # The library would give the place of a call (RFC 3891) to whoever asks.
    if message.first("replaces") is not None and not extensions.replaces:
        return _NO_TAKING_OVER
    if answer := _too_long(message) or _of_extensions(message, extensions):
        return answer
    return refused(488, refusal.code, refusal.words) if refusal else None


def try_again(after_s: int) -> StatelessResponse:
    """The answer to an INVITE that comes when there is too much to do, or when we stop (RFC 3261 §21.5.4)."""
    return StatelessResponse(503, (("Retry-After", str(after_s)),), logged=False)


def has_tag(message: Message) -> bool:
    """Whether a request names a dialog, by the tag of To (RFC 3261 §12.2)."""
    return "tag" in parameters((message.first("to") or "").rpartition(">")[2])


def trunk_is_full(refusal: CapacityRefusal) -> StatelessResponse:
    """The answer to an INVITE by a trunk that carries as much as it may (RFC 3261 §21.5.4)."""
    again = ("Retry-After", str(refusal.retry_after_s))
    return StatelessResponse(503, (again,), f"its trunk takes no more {refusal.limit}")


def _malformed(message: Message) -> StatelessResponse | None:
    """Refuse what the library reads as if it were right (RFC 3261 §7.3.1 and §18.3)."""
    for name, label in _ONCE.items():
        values = [value.strip() for each, value in message.headers if each == name]
        if len(values) > 1 and (name != "content-length" or len(set(values)) > 1):
            return refused(400, 399, f"{label} is there more than once")
    told = (message.first("content-length") or "").strip()
    # What is no UTF-8 has become a sign of three bytes, so a body may look longer than it was, and never shorter. Who
    # ends lines by LF alone may count them as if it were CRLF.
    as_counted = re.sub(r"\r?\n", "\r\n", message.body).encode()
    if re.fullmatch(r"\d{1,9}", told, re.ASCII) and int(told) > len(as_counted):
        return refused(400, 399, "Content-Length is longer than the body")
    return None


def _here(extensions: Extensions) -> StatelessResponse:
    """Tell who asks what an INVITE of theirs may use (RFC 3261 §11.2)."""
    return StatelessResponse(200, (_ALLOW, _ACCEPT, ("Supported", ", ".join(_supported(extensions)))))


def _supported(extensions: Extensions) -> Iterator[str]:
    yield from (each for each in _EXTENSIONS if each not in extensions.refused)
    if extensions.replaces:
        yield "replaces"


def _unsupported(message: Message, extensions: Extensions) -> StatelessResponse | None:
    """Refuse to answer who requires what we have not (RFC 3261 §8.2.2.3)."""
    supported = set(_supported(extensions))
    unknown = ", ".join(each for each in message.listed("require") if each.lower() not in supported)
    return StatelessResponse(420, (("Unsupported", unknown),)) if unknown else None


def _too_long(message: Message) -> StatelessResponse | None:
    if len(message.request_uri) > LONGEST:
        return StatelessResponse(414)
    for name in ("From", "To", "Call-ID"):
        if len(message.first(name.lower()) or "") > LONGEST:
            return refused(400, 399, f"{name} is longer than {LONGEST} characters")
    return None


def _of_extensions(message: Message, extensions: Extensions) -> StatelessResponse | None:
    required = {each.lower() for each in message.listed("require")}
    if refused := ", ".join(sorted(required & extensions.refused)):
        return StatelessResponse(420, (("Unsupported", refused),), f"It requires {refused}, which its trunk has not")
    known = required | {each.lower() for each in message.listed("supported")}
    if needed := ", ".join(sorted(extensions.needed - known)):
        return StatelessResponse(421, (("Require", needed),), f"It does not know {needed}, which its trunk requires")
    return _of_its_session(message, extensions.shortest_session_s)


def _of_its_session(message: Message, shortest_s: int) -> StatelessResponse | None:
    wanted = (message.first("session-expires") or "").partition(";")[0].strip()
    if not re.fullmatch(r"\d{1,9}", wanted, re.ASCII) or int(wanted) >= shortest_s:
        return None
    return StatelessResponse(422, (("Min-SE", str(shortest_s)),), f"Its session of {wanted} s is too short")


def refused(code: int, warning: int, words: str) -> StatelessResponse:
    """The answer that says why in words, also to who asked."""
    return StatelessResponse(code, (("Warning", f'{warning} telefoon "{words}"'),), words)


def _answer_to_info(message: Message) -> StatelessResponse | None:
    if not message.body.strip():
        return StatelessResponse(200)  # RFC 2976 §2.2: it asks whether the call is still there
    if message.content_type in (RELAY, SINGLE, _VIDEO_CONTROL):
        return StatelessResponse(200)
    return StatelessResponse(415, (_ACCEPT_INFO,))
