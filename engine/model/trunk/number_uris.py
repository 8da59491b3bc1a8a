"""Telephone numbers in SIP and tel URIs (RFC 3261 §19.1, RFC 3966), as trunks write and want them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote

from engine.model.trunk.number_formats import PLAIN_E164, NumberFormat

_SEPARATORS: Final = re.compile(r"[-.()]")
"""RFC 3966 §3: they are for the eye."""

_UNESCAPED: Final = "-_.!~*'()&=+$,?/"
"""RFC 3261 §25.1: unreserved, and what a user part may have besides."""


class NumberScheme(StrEnum):
    """The kind of URI that carries a number; whether a SIP URI is a secure one is no matter of numbers."""

    SIP = "sip"
    TEL = "tel"


@dataclass(frozen=True, slots=True)
class NumberUris:
    """A trunk's rule for URIs of numbers; `user_phone` says of a SIP URI that its user is a telephone number."""

    format: NumberFormat = PLAIN_E164
    scheme: NumberScheme = NumberScheme.SIP
    user_phone: bool = False

    def write(self, number: str, host: str, *, sips: bool = False) -> str:
        """The URI of a number at a host. In a tel URI, what is not global has the host as its context."""
        written = self.format.write(number)
        if self.scheme is NumberScheme.TEL:
            context = "" if written.startswith("+") else f";phone-context={host}"
            return f"tel:{quote(written, safe='+*')}{context}"
        parameters = ";user=phone" if self.user_phone else ""
        return f"{'sips' if sips else 'sip'}:{quote(written, safe=_UNESCAPED)}@{host}{parameters}"

    def read(self, uri: str) -> str:
        """The number in a URI, in E.164 where it can be; of other SIP URIs the user, of another text itself."""
        scheme, colon, rest = uri.partition(":")
        match scheme.lower() if colon else "":
            case "tel":
                return self.format.read(_of_tel(rest))
            case "sip" | "sips":
                # RFC 3261 §19.1.6: the user may have parameters of a tel URI.
                return self.format.read(_of_tel(rest.rpartition("@")[0]) if "user=phone" in uri else _user(rest))
        return self.format.read(uri)


def _user(rest: str) -> str:
    return unquote(rest.rpartition("@")[0].partition(";")[0])


def _of_tel(subscriber: str) -> str:
    number, *parameters = subscriber.split(";")
    digits = _SEPARATORS.sub("", unquote(number))
    context = next((text[14:] for text in parameters if text.lower().startswith("phone-context=+")), "")
    return digits if digits.startswith("+") or not context else f"{context}{digits}"
