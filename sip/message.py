"""A SIP message read apart: first line, headers by name, body (RFC 3261 §7, §25.1).

It takes what far ends really send: compact names, folded lines, space before the colon, line ends without a carriage
return, and bytes that are no UTF-8.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.model.storable import storable

_COMPACT: Final[Mapping[str, str]] = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""Short forms of names (the registry of header fields that RFC 3261 §27.4 began)."""

_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_END_OF_HEAD: Final = re.compile(r"\r?\n\r?\n")
_LINE: Final = re.compile(r"\r?\n")
_STATUS: Final = re.compile(r"SIP/2\.0[ \t]+([1-6][0-9]{2})(?![0-9])(.*)", re.IGNORECASE)
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_LISTED: Final = re.compile(rf'(?:{_QUOTED}|<[^>]*>|[^,"<]|["<])+', re.DOTALL)
_PARAMETER: Final = re.compile(rf";\s*([^\s=;]+)\s*(?:=\s*({_QUOTED}|[^;]*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """`start` is the request line or the status line; names of headers are long and lower case, lines unfolded."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def first(self, name: str) -> str | None:
        """The value of the first header with this (long, lower-case) name; None if there is none."""
        return next((value for each, value in self.headers if each == name), None)

    def listed(self, name: str) -> Iterator[str]:
        """The elements of all headers with this name, which one line may list with commas between them."""
        for each, value in self.headers:
            if each == name:
                yield from elements(value)

    @property
    def content_type(self) -> str:
        """The body's type in lower case without parameters; empty where none is given."""
        return (self.first("content-type") or "").partition(";")[0].strip().lower()

    @property
    def describes(self) -> bool:
        """Whether its body, or a part of it, is a session description."""
        return any(part.content_type == "application/sdp" for part in self.parts())

    def parts(self) -> Iterator["Message"]:
        """What a multipart body holds, each without a first line (RFC 2046 §5.1); itself where the body is one."""
        boundary = parameters(self.first("content-type") or "").get("boundary")
        if not boundary or not self.content_type.startswith("multipart/"):
            yield self
            return
        inside, *_ = re.split(rf"(?:^|\r?\n)--{re.escape(boundary)}--", self.body, maxsplit=1)
        _, *parts = re.split(rf"(?:^|\r?\n)--{re.escape(boundary)}[ \t]*(?=\r?\n)", inside)
        for part in parts:
            head, body = _apart(part)
            yield Message("", _headers(_lines(head)), body)

    @property
    def status(self) -> tuple[int, str] | None:
        """Code and reason phrase of a response; None of a request."""
        found = _STATUS.match(self.start)
        return (int(found[1]), found[2].strip()) if found else None

    @property
    def request_uri(self) -> str:
        """Read the Request-URI of a request; empty where its first line has none."""
        words = self.start.split()
        return words[1] if len(words) == 3 and not self.start.upper().startswith("SIP/") else ""


@lru_cache(maxsize=1)  # an INVITE is read before the library sees it, and once more when that tells of it
def read_message(text: str) -> Message:
    """Lines that are no header are left out. Raises nothing, whatever the text is."""
    head, body = _apart(storable(text).lstrip("\r\n"))
    start, *lines = _lines(head)
    return Message(start, _headers(lines), body)


def header_lines(text: str) -> Iterator[tuple[str, str]]:
    """The headers of a message with their names as they are written there."""
    head, _ = _apart(storable(text).lstrip("\r\n"))
    _, *lines = _lines(head)
    return (_name_and_value(line) for line in lines if ":" in line)


def elements(value: str) -> Iterator[str]:
    """What commas part, but for those in quotes or angle brackets."""
    for found in _LISTED.finditer(value):
        if element := found.group().strip():
            yield element


def parameters(text: str) -> dict[str, str]:
    """`;name=value` pairs with names in lower case, quotes taken off; the value is empty where there is none."""
    return {found[1].lower(): unquoted((found[2] or "").strip()) for found in _PARAMETER.finditer(text)}


def unquoted(text: str) -> str:
    """The text of a quoted-string (RFC 3261 §25.1), or `text` itself if it is none."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _apart(text: str) -> tuple[str, str]:
    found = _END_OF_HEAD.search(text)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def _lines(head: str) -> list[str]:
    return _LINE.split(_FOLD.sub(" ", head))


def _headers(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(_header(line) for line in lines if ":" in line)


def _header(line: str) -> tuple[str, str]:
    name, value = _name_and_value(line)
    return _COMPACT.get(name.lower(), name.lower()), value


def _name_and_value(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
