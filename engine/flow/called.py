"""Whom a call goes to, read out of what somebody writes: a number, a SIP address with its headers, a client's name."""

import re
from dataclasses import dataclass
from typing import Final

from engine.flow.attribute_types import NotAllowed, Pattern
from engine.flow.patterns import CLIENT_NAME, SIP_URI
from engine.model.sip_headers import Header, headers_behind, require_sendable
from engine.routing.emergency import read_called_number

SIP: Final = ("sip:", "sips:")
CLIENT: Final = "client:"
_SCHEME: Final = re.compile(r"[A-Za-z]{3,6}:")
_PARAMETER: Final = "X-Param-"


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a call goes to: a number, a SIP URI or client:NAME.

    `headers` are those of the INVITE that stand behind it; `written` is both.
    """

    address: str
    headers: tuple[Header, ...] = ()
    written: str = ""

    @property
    def is_sip(self) -> bool:
        """Whether it is a SIP address."""
        return self.address.startswith(SIP)

    @property
    def is_client(self) -> bool:
        """Whether it is a name at the registrar."""
        return self.address.startswith(CLIENT)


def read_called(text: str, country: str) -> Called:
    """Whom somebody of a country (ISO 3166, lower case; numbers are read with it) means.

    Raises ValueError with a sentence for the user.
    """
    written = text.strip()
    scheme = _SCHEME.match(written)
    match scheme[0].lower() if scheme else "":
        case "sip:" | "sips:":
            return _sip(written)
        case "client:":
            return _client(written)
        case _:
            number = read_called_number(text, country)
            return Called(number, written=number)


def sip_address(uri: str) -> str:
    """A SIP URI without its headers, its scheme in small letters."""
    scheme, _, rest = uri.partition("?")[0].partition(":")
    return f"{scheme.lower()}:{rest}"


def parameter_header(name: str, value: str) -> Header:
    """The header in which a client is told a parameter."""
    return f"{_PARAMETER}{name}", value


def _sip(uri: str) -> Called:
    address, headers = sip_address(uri), headers_behind(uri)
    _require(SIP_URI, address)
    user, at, _ = address.partition(":")[2].rpartition("@")
    if at and ":" in user:
        raise ValueError("a password does not stand in the address: give it in sip_password.")
    require_sendable((), behind=headers)
    return Called(address, headers, f"{address}{uri[len(address) :]}")


def _client(text: str) -> Called:
    name, headers = text.partition("?")[0].partition(":")[2], headers_behind(text)
    _require(CLIENT_NAME, name)
    told = tuple(parameter_header(*each) for each in headers)
    require_sendable(told)
    address = f"{CLIENT}{name}"
    return Called(address, told, f"{address}{text[len(address) :]}")


def _require(pattern: Pattern, text: str) -> None:
    try:
        pattern.of_text(text)
    except NotAllowed:
        raise ValueError(f"{text.partition('?')[0][:40]!r} is not {pattern.allowed}.") from None
