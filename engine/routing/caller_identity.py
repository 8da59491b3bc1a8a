"""Who calls: what an INVITE to a trunk says of it, and what is read from one that comes in (RFC 3323, RFC 3325).

A number that is not the account's own never leaves, in no header and whatever the trunk would take.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from engine.errors import CallerNotOwned
from engine.model.trunk.identity_header import IdentityHeader
from engine.model.trunk.number_uris import NumberUris

ANONYMOUS: Final = "anonymous"
ANONYMOUS_URI: Final = "sip:anonymous@anonymous.invalid"
"""RFC 3323 §4.1.1.3"""

_ANONYMOUS_HOST: Final = "anonymous.invalid"
_HIDING: Final = frozenset({"id", "user", "header", "session"})
"""RFC 3323 §4.2 and RFC 3325 §9.3: each of them hides who calls; none and critical do not."""


@dataclass(frozen=True, slots=True)
class IdentityStyle:
    """How a trunk is told who calls.

    `from_user` stands in every From where the trunk wants the account's user there, not the number; the number is then
    in the identity header. `keeps_from` is for trunks that refuse an anonymous From and go by Privacy alone.
    """

    host: str
    uris: NumberUris
    header: IdentityHeader = IdentityHeader.NONE
    from_user: str | None = None
    keeps_from: bool = False
    trusts_asserted: bool = True
    """Whether what the trunk asserts in calls that come in is believed (RFC 3325 §5)."""


@dataclass(frozen=True, slots=True)
class ShownCaller:
    """Who calls: a number in E.164, a name or none, and whether both are hidden from the called party (CLIR)."""

    number: str
    name: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class IdentityHeaders:
    """What an INVITE says of who calls: the address in From, and headers beside it in their order."""

    from_address: str
    others: tuple[tuple[str, str], ...] = ()


def identity_headers(caller: ShownCaller, own: Collection[str], style: IdentityStyle) -> IdentityHeaders:
    """The headers for a call to a trunk. Raises CallerNotOwned for a number that is not among `own`."""
    if caller.number not in own:
        raise CallerNotOwned(caller.number)
    uri = style.uris.write(caller.number, style.host)
    return IdentityHeaders(
        _from_address(caller, style, uri), (*_identity(caller, style.header, uri), *_privacy(caller))
    )


def _from_address(caller: ShownCaller, style: IdentityStyle, uri: str) -> str:
    if caller.hidden and not style.keeps_from:
        return f'"Anonymous" <{ANONYMOUS_URI}>'
    shown = f"sip:{style.from_user}@{style.host}" if style.from_user else uri
    return f"<{shown}>" if caller.hidden else _address(caller.name, shown)


def _identity(caller: ShownCaller, header: IdentityHeader, uri: str) -> list[tuple[str, str]]:
    match header:
        case IdentityHeader.NONE:
            return []
        case IdentityHeader.REMOTE_PARTY:
            privacy = "full" if caller.hidden else "off"
            return [(header.value, f"{_address(caller.name, uri)};party=calling;screen=yes;privacy={privacy}")]
        case _:
            return [(header.value, _address(caller.name, uri))]


def _privacy(caller: ShownCaller) -> list[tuple[str, str]]:
    return [("Privacy", "id")] if caller.hidden else []


def _address(name: str, uri: str) -> str:
    """RFC 3261 §25.1: a quoted string has no control characters, and quotes and backslashes are escaped in it."""
    plain = "".join(letter for letter in name if letter.isprintable()).strip()
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{uri}>' if quoted else f"<{uri}>"


def received_caller(headers: Mapping[str, str], style: IdentityStyle) -> ShownCaller:
    """Who calls by an INVITE of a trunk; a hidden caller has neither number nor name. Names of headers as published."""
    origin = headers.get("From", "")
    asserted = next((headers[name] for name in _ASSERTING if headers.get(name)), "") if style.trusts_asserted else ""
    if _is_hidden(headers, origin):
        return ShownCaller(ANONYMOUS, hidden=True)
    name, uri = _parts(asserted or origin)
    return ShownCaller(style.uris.read(uri), name or _parts(origin)[0])


_ASSERTING: Final = (IdentityHeader.ASSERTED.value, IdentityHeader.REMOTE_PARTY.value)


def _is_hidden(headers: Mapping[str, str], origin: str) -> bool:
    privacy = {value.strip().lower() for value in headers.get("Privacy", "").replace(",", ";").split(";")}
    remote = headers.get(IdentityHeader.REMOTE_PARTY.value, "").lower().replace(" ", "")
    host = _parts(origin)[1].rpartition("@")[2].partition(";")[0].partition(":")[0].lower()
    return bool(privacy & _HIDING) or "privacy=full" in remote or host == _ANONYMOUS_HOST


def _parts(address: str) -> tuple[str, str]:
    """The name and the URI of the first address in a header."""
    name, bracket, rest = _after_name(address)
    if bracket:
        return name, rest.partition(">")[0].strip()
    return "", unquote(address.partition(";")[0].strip())


def _after_name(address: str) -> tuple[str, str, str]:
    text = address.strip()
    if not text.startswith('"'):
        name, bracket, rest = text.partition("<")
        return name.strip(), bracket, rest
    name, position = "", 1
    while position < len(text) and text[position] != '"':
        position += text[position] == "\\"
        name += text[position : position + 1]
        position += 1
    return name, *text[position + 1 :].partition("<")[1:]
