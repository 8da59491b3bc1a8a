"""The header Identity of an INVITE (RFC 8224 §4): a signed passport, and where its certificate is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.stir.identity_fault import IdentityFault, IdentityFaultKind
from engine.stir.passport import ALGORITHM, SHAKEN

_PARAMETER: Final = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*(?:"([^"]*)"|<([^>]*)>|([^\s;",<>]+))')
_TOKEN: Final = re.compile(r"(?P<full>[\w-]+\.[\w-]+\.[\w-]+)|\.\.(?P<signature>[\w-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class PresentedIdentity:
    """An Identity header. `token` is the passport in its full form, or empty; then `signature` is all that was sent."""

    token: str
    signature: str
    certificate_url: str
    type: str = ""

    @property
    def is_compact(self) -> bool:
        return not self.token


def written(token: str, certificate_url: str, *, shaken: bool = True) -> str:
    """The header's value for a passport in its full form, or for `..signature` alone."""
    extension = f";ppt={SHAKEN}" if shaken else ""
    return f"{token};info=<{certificate_url}>;alg={ALGORITHM}{extension}"


def read(value: str) -> PresentedIdentity:
    """Raises IdentityFault where it is written otherwise than RFC 8224 has it."""
    token, semicolon, rest = value.strip().partition(";")
    found = _TOKEN.fullmatch(token.strip())
    given = {each[1].lower(): each[2] or each[3] or each[4] or "" for each in _PARAMETER.finditer(semicolon + rest)}
    if found is None:
        raise IdentityFault(IdentityFaultKind.INVALID, "Identity has no token.")
    if not given.get("info"):
        raise IdentityFault(IdentityFaultKind.UNREACHABLE, "Identity does not say where its certificate is.")
    if given.get("alg", ALGORITHM) != ALGORITHM:
        raise IdentityFault(IdentityFaultKind.INVALID, f"Identity is signed by {given['alg']}, not by {ALGORITHM}.")
    return PresentedIdentity(found["full"] or "", found["signature"] or "", given["info"], given.get("ppt", "").lower())


def chosen(values: Sequence[str]) -> PresentedIdentity:
    """The one of several that says who calls: of the type shaken, else of none. Raises IdentityFault.

    Others speak of something else, such as a diversion (RFC 8946).
    """
    if not values:
        raise IdentityFault(IdentityFaultKind.MISSING, "There is no Identity.")
    of_each = [read(value) for value in values]
    for type_ in (SHAKEN, ""):
        for header in of_each:
            if header.type == type_:
                return header
    raise IdentityFault(IdentityFaultKind.MISSING, "No Identity says who calls.")
