"""Who was called before: Diversion (RFC 5806) and History-Info (RFC 7044), written and read as RFC 7544 joins them."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from engine.model.sip_headers import Header
from engine.model.trunk import Trunk
from engine.model.trunk.choices import Diversion
from engine.ports import DialRequest
from engine.security.egress import host_of
from sip.addresses import read_party, user_of
from sip.config import ListenAddress
from sip.message import Message, parameters
from sip.trunks.uris import number_uri

DIVERTING: Final = frozenset({"302", "404", "408", "480", "486", "487", "503"})
"""Causes by which a call goes to somebody else (RFC 4458 §2, RFC 7544 §7): all, nobody there, no answer, busy."""

_HIDING: Final = frozenset({"full", "uri"})
_HIDING_HISTORY: Final = frozenset({"history", "header", "session"})
_NOWHERE: Final = "anonymous.invalid"


def diversion_headers(
    request: DialRequest, trunk: Trunk | None, called_uri: str, listening: ListenAddress
) -> Sequence[Header]:
    """What tells a trunk that a call was dialled on, and from which number; nothing where it wants no such header."""
    if trunk is None or not request.diverted_by:
        return ()
    uri = number_uri(request.diverted_by, trunk, listening)
    match trunk.diversion:
        case Diversion.NONE:
            return ()
        case Diversion.DIVERSION:
            return (("Diversion", f"<{uri}>;reason=unconditional;privacy=off;counter=1"),)
        case Diversion.HISTORY_INFO:
            return (("History-Info", f"<{uri}>;index=1, <{called_uri};cause=302>;index=1.1;mp=1"),)


def forwarded_from(message: Message) -> str:
    """Who diverted an INVITE last, as it is written there; empty where nobody did, or it may not be known."""
    if diversion := next(message.listed("diversion"), ""):
        after = diversion.rpartition(">")[2]
        hidden = parameters(after).get("privacy", "").lower() in _HIDING
        return "" if hidden else _told(read_party(diversion).uri)
    return _last_retargeted(message)


def _last_retargeted(message: Message) -> str:
    entries = [_Entry(each) for each in message.listed("history-info")]
    privacy = {word for value in message.listed("privacy") for word in _words(value)}
    if privacy & _HIDING_HISTORY:
        return ""
    by_index = {entry.index: entry for entry in entries}
    for before, entry in reversed(tuple(zip([None, *entries], entries, strict=False))):
        diverting = by_index.get(entry.mapped_from, before) if entry.cause in DIVERTING else None
        if diverting is None and entry.reason in DIVERTING:
            diverting = entry
        if diverting is not None:
            return "" if diverting.hidden else _told(diverting.uri)
    return ""


class _Entry:
    """One address that the INVITE was sent to: why it came there (`cause`), and how it went on (`reason`)."""

    def __init__(self, text: str) -> None:
        self.uri, _, inside = read_party(text).uri.partition("?")
        of_header, headers = parameters(text.rpartition(">")[2]), dict(_embedded(inside))
        self.cause = parameters(self.uri).get("cause", "")
        self.index, self.mapped_from = of_header.get("index", ""), of_header.get("mp", "")
        reason = headers.get("reason", "")
        self.reason = parameters(reason).get("cause", "") if reason.upper().startswith("SIP") else ""
        self.hidden = bool(set(_words(headers.get("privacy", ""))) & _HIDING_HISTORY)


def _embedded(headers: str) -> Iterator[Header]:
    """RFC 3261 §19.1.1: headers behind the question mark of a URI."""
    for each in headers.split("&"):
        name, _, value = each.partition("=")
        yield name.lower(), unquote(value)


def _words(value: str) -> Iterator[str]:
    return (word.strip().lower() for word in value.split(";"))


def _told(uri: str) -> str:
    return "" if host_of(uri).lower() == _NOWHERE else user_of(uri)
