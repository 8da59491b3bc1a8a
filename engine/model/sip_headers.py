"""Headers of an INVITE that a customer or an operator may write or be told: their names, values and limits."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

Header = tuple[str, str]
"""Name and value."""

NAME: Final = r"[A-Za-z0-9\-.!%*_+`'~]{1,64}"
"""RFC 3261 §25.1: a token."""
VALUE: Final = r"[^\x00-\x08\x0a-\x1f\x7f]*"
"""One line, with blanks and tabs. What else a value has to look like is its header's own matter."""
MOST_HEADERS: Final = 20
MOST_CHARACTERS: Final = 1024
"""Of a message's headers together, names and values: what is longer may not fit in a packet."""

OF_THE_STACK: Final = frozenset({
    "accept", "accept-contact", "accept-encoding", "accept-language", "alert-info", "allow", "allow-events",
    "authentication-info", "authorization", "call-id", "contact", "cseq", "date", "encryption", "event", "expires",
    "from", "identity", "identity-info", "join", "max-forwards", "mime-version", "min-expires", "min-se", "path",
    "proxy-authenticate", "proxy-authorization", "proxy-require", "rack", "reason", "record-route", "refer-to",
    "referred-by", "replaces", "require", "response-key", "route", "rseq", "security-client", "security-server",
    "security-verify", "service-route", "session-expires", "sip-etag", "sip-if-match", "subscription-state",
    "supported", "timestamp", "to", "unsupported", "user-agent", "via", "warning", "www-authenticate",
    "x-telefoon-source",
})  # fmt: skip
"""What makes a message work or says who sent it, in lower case: written by the stack alone."""
OF_THE_TRUNK: Final = frozenset({
    "p-asserted-identity", "p-preferred-identity", "remote-party-id", "privacy", "diversion", "history-info",
})  # fmt: skip
"""Who calls, and who was called first: said by fields of a trunk of their own."""
_GIVEN: Final = re.compile(
    r"(?:x-|p-)[A-Za-z0-9\-.!%*_+`'~]{1,62}|user-to-user|remote-party-id|privacy|diversion", re.IGNORECASE
)
"""What a customer may have sent with a call to a SIP address."""
_REPLACES: Final = "replaces"
_BODY: Final = "content-"
_COMPACT: Final = 1
"""A name of one letter is short for a header of the stack (RFC 3261 §7.3.3)."""


def written_by_us(name: str) -> bool:
    """Whether a header is written by the stack alone, whoever asks for another."""
    name = name.lower()
    return name in OF_THE_STACK or name.startswith(_BODY) or len(name) == _COMPACT


def headers_behind(uri: str) -> tuple[Header, ...]:
    """The headers of a SIP URI, after its question mark (RFC 3261 §19.1.1)."""
    query = uri.partition("?")[2].replace("&amp;", "&")
    pairs = (part.partition("=") for part in query.split("&") if part)
    return tuple((unquote(name), unquote(value)) for name, _, value in pairs)


def combined(headers: Iterable[Header]) -> dict[str, str]:
    """Headers by their names; the values of one that is there more than once, commas between (RFC 3261 §7.3.1)."""
    values: dict[str, str] = {}
    for name, value in headers:
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def require_sendable(headers: Iterable[Header], *, behind: Iterable[Header] = ()) -> None:
    """Raises ValueError with a sentence for headers that a customer may not have sent.

    `behind` are those of the address. There may be a Replaces among them, as a party that hands over after speaking
    with somebody writes it (RFC 3891, RFC 5589).
    """
    given, in_address = tuple(headers), tuple(behind)
    replacing = [name for name, _ in in_address if name.lower() == _REPLACES]
    if len(replacing) > 1:
        raise ValueError("Replaces is there more than once.")
    for name, _ in (*given, *(each for each in in_address if each[0] not in replacing)):
        if not _GIVEN.fullmatch(name):
            raise ValueError(f"the header {name!r} can't be set. Write one that begins with X-.")
    require_within_limits((*in_address, *given))


def require_within_limits(headers: Iterable[Header]) -> None:
    """Raises ValueError with a sentence where there are too many, they are too long, or a value has several lines."""
    given = tuple(headers)
    if len(given) > MOST_HEADERS:
        raise ValueError(f"there are {len(given)} headers; give at most {MOST_HEADERS}.")
    if (length := sum(len(name) + len(value) for name, value in given)) > MOST_CHARACTERS:
        raise ValueError(f"the headers have {length} characters together; at most {MOST_CHARACTERS} are sent.")
    for name, value in given:
        if not re.fullmatch(VALUE, value):
            raise ValueError(f"the value of {name} stands on one line, without control characters.")
