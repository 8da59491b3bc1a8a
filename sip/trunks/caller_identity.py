"""Who calls: what an INVITE to a trunk says of it, and what is read from one that comes in (RFC 3323, RFC 3325)."""

from dataclasses import dataclass
from typing import Final

from engine.model.trunk import Trunk
from engine.model.trunk.identity_header import IdentityHeader
from engine.ports import DialRequest
from engine.routing.caller_id_rules import load_caller_id_rules
from engine.security.egress import host_of
from sip.addresses import read_party
from sip.config import ListenAddress
from sip.message import Message, parameters
from sip.trunks.uris import caller_uri, from_user_uri

ANONYMOUS: Final = "anonymous"
"""The caller of a call in which nobody may know the number."""

_ANONYMOUS_HOST: Final = "anonymous.invalid"
_ANONYMOUS_ADDRESS: Final = f'"Anonymous" <sip:{ANONYMOUS}@{_ANONYMOUS_HOST}>'
"""RFC 3323 §4.1.1.3"""

_HIDING: Final = frozenset({"id", "user", "header", "session"})
"""RFC 3323 §4.2 and RFC 3325 §9.3: each of them hides who calls; none and critical do not."""


@dataclass(frozen=True, slots=True)
class CallerHeaders:
    """What an INVITE says of who calls: the address in From, and headers beside it in their order."""

    from_address: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SaidCaller:
    """Who calls by an INVITE that has come in: the number as it is written there, and a name or none."""

    user: str
    name: str = ""


def caller_headers(request: DialRequest, trunk: Trunk | None, listening: ListenAddress) -> CallerHeaders:
    """What is said of the caller, as the trunk wants it."""
    unknown = request.caller == ANONYMOUS
    uri = caller_uri(request, trunk, listening)
    if trunk is None:
        nameless = unknown or request.hides_caller
        return CallerHeaders(_ANONYMOUS_ADDRESS if nameless else _address(request.display_name, uri))
    hidden = unknown or _hides(request, trunk)
    told = () if unknown else _identity(request.display_name, uri, trunk.identity_header, hidden=hidden)
    return CallerHeaders(
        _from(request, trunk, listening, hidden=hidden), (*told, *((("Privacy", "id"),) if hidden else ()))
    )


def warning_of(request: DialRequest, trunk: Trunk, home: str) -> str:
    """Where the caller's number will not be seen as a trunk sends it, in a sentence; empty where nothing is known.

    `home` is the country of a trunk that tells none; where that is not known either, nothing is.
    """
    country = trunk.country or home
    if not country or request.caller == ANONYMOUS or _hides(request, trunk):
        return ""
    warning = load_caller_id_rules().warning(request.caller, request.target, country)
    return warning.text if warning else ""


def _hides(request: DialRequest, trunk: Trunk) -> bool:
    """Directive 2002/58/EC art. 10(b): emergency services see who calls, also who hides from all others."""
    return (trunk.hides_caller or request.hides_caller) and not request.emergency


def _from(request: DialRequest, trunk: Trunk, listening: ListenAddress, *, hidden: bool) -> str:
    if hidden and (not trunk.keeps_from or request.caller == ANONYMOUS):
        return _ANONYMOUS_ADDRESS
    uri = from_user_uri(trunk, listening) or caller_uri(request, trunk, listening)
    return _address("" if hidden else request.display_name, uri)


def _identity(name: str, uri: str, header: IdentityHeader, *, hidden: bool) -> tuple[tuple[str, str], ...]:
    match header:
        case IdentityHeader.NONE:
            return ()
        case IdentityHeader.REMOTE_PARTY:
            privacy = "full" if hidden else "off"
            return ((header.value, f"{_address(name, uri)};party=calling;screen=yes;privacy={privacy}"),)
        case _:
            return ((header.value, _address(name, uri)),)


def _address(name: str, uri: str) -> str:
    """RFC 3261 §25.1: a quoted string has no control characters, and quotes and backslashes are escaped in it."""
    plain = "".join(letter for letter in name if letter.isprintable()).strip()
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{uri}>' if quoted else f"<{uri}>"


def tells_number(request: DialRequest, trunk: Trunk | None) -> bool:
    """Whether an INVITE has the calling number, in From or in the header beside it."""
    if request.caller == ANONYMOUS:
        return False
    if trunk is None:
        return not request.hides_caller
    in_from = not (trunk.from_user or trunk.from_is_user) and (trunk.keeps_from or not _hides(request, trunk))
    return in_from or trunk.identity_header is not IdentityHeader.NONE


def caller_said(message: Message, trunk: Trunk | None) -> SaidCaller:
    """Who calls: by what the trunk asserts where that is believed, else by From. Of a hidden one, nothing is told."""
    if _is_hidden(message):
        return SaidCaller(ANONYMOUS)
    origin = read_party(message.first("from") or "")
    asserted = _asserted(message) if trunk is not None and trunk.trusts_identity else ""
    party = read_party(asserted) if asserted else origin
    return SaidCaller(party.user, party.name or origin.name)


def caller_number(message: Message, trunk: Trunk) -> str:
    """The number that calls, also of a caller who is hidden: it is what was signed."""
    asserted = _asserted(message) if trunk.trusts_identity else ""
    return read_party(asserted or message.first("from") or "").user


def _asserted(message: Message) -> str:
    if asserted := next(message.listed("p-asserted-identity"), ""):
        return asserted
    parties = message.listed("remote-party-id")
    return next((each for each in parties if _parameters(each).get("party", "calling") == "calling"), "")


def _is_hidden(message: Message) -> bool:
    privacy = {word.strip().lower() for value in message.listed("privacy") for word in value.split(";")}
    remote = any(_parameters(each).get("privacy", "") == "full" for each in message.listed("remote-party-id"))
    origin = read_party(message.first("from") or "")
    # Some switches put a number of their own before that host where they know of no caller.
    nobody = host_of(origin.uri).lower() == _ANONYMOUS_HOST and not origin.user.lstrip("+").isdigit()
    return bool(privacy & _HIDING) or remote or nobody


def _parameters(address: str) -> dict[str, str]:
    """Read the parameters of the header, after the brackets of the URI."""
    after = address.rpartition(">")[2]
    return {name: value.lower() for name, value in parameters(after).items()}
