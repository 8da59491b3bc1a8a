"""Reads who is meant by name-addr, sip: and tel: URIs in From, To, Contact and the request line.

RFC 3261 §19.1, §20.10 and §25.1; RFC 3966 §3 and §5.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from sip.message import Message, parameters, unquoted

_NAME_ADDR: Final = re.compile(r'\s*(?P<name>"(?:[^"\\]|\\.)*"|[^<"]*?)\s*<(?P<uri>[^>]*)>', re.DOTALL)
_SCHEME: Final = re.compile(r"\s*(sips?|tel)\s*:", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[-.()]")
_NUMBER: Final = re.compile(r"\+?[0-9*#]+")
_INTERNATIONAL: Final = "+"


@dataclass(frozen=True, slots=True)
class Party:
    """`name` is what a display shows; `user` the number or name that is called, as it is dialled; `uri` the whole."""

    name: str
    user: str
    uri: str


def read_party(text: str) -> Party:
    """Who a From, To or Contact names. Raises nothing: what is no address is its own `user`."""
    found = _NAME_ADDR.match(text)
    if found is None:
        # Without brackets, parameters are the header's and not the URI's (RFC 3261 §20.10).
        uri = text.strip().partition(";")[0]
        return Party("", user_of(uri), uri)
    return Party(unquoted(found["name"]).strip(), user_of(found["uri"]), found["uri"].strip())


def called_users(message: Message) -> tuple[str, str]:
    """Whom an INVITE calls, as written: in the first line, then in To."""
    return user_of(message.request_uri), read_party(message.first("to") or "").user


def user_of(uri: str) -> str:
    """The number or user that a URI names, without password and parameters; the whole URI where it names none.

    A telephone number loses its visual separators, and takes the global context that it was written in
    (RFC 3966 §5.1.1, §5.1.5).
    """
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return uri.strip()
    rest = uri[scheme.end() :].strip()
    if scheme[1].lower() == "tel":
        return _dialled(rest)
    userinfo, at, _ = rest.rpartition("@")
    if not at:
        return uri.strip()
    return _dialled(unquote(userinfo))


def _dialled(text: str) -> str:
    """`text` is a user part or the inside of a tel: URI."""
    subscriber, semicolon, after = text.partition(";")
    number = _SEPARATORS.sub("", subscriber.partition(":")[0])
    if not _NUMBER.fullmatch(number):
        return subscriber.partition(":")[0]
    context = _SEPARATORS.sub("", parameters(semicolon + after).get("phone-context", ""))
    if context.startswith(_INTERNATIONAL) and not number.startswith(_INTERNATIONAL):
        return context + number
    return number
