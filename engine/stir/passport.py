"""The PASSporT (RFC 8225): who calls whom, signed by the carrier from whose network the call comes.

It is a JSON Web Signature by ES256 whose JSON has its keys in their order and no spaces (RFC 8225 §9), so that both
sides make the same bytes of the same call.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from engine.model.stir import Attestation
from engine.stir.identity_fault import IdentityFault, IdentityFaultKind

ALGORITHM: Final = "ES256"
SHAKEN: Final = "shaken"
TYPE: Final = "passport"

_JWS: Final = PyJWS(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Passport:
    """Who calls whom. Numbers are digits alone (RFC 8225 §5.2.1); what is no number is a URI.

    With an attestation it is of the type `shaken` (RFC 8588); `origination_id` says by a UUID where the call began.
    """

    origin: str
    destinations: tuple[str, ...]
    issued_at: int
    certificate_url: str
    attestation: Attestation | None = None
    origination_id: str = ""

    @property
    def header(self) -> dict[str, Any]:
        """The JOSE header (RFC 8225 §4)."""
        extension = {"ppt": SHAKEN} if self.attestation else {}
        return {"alg": ALGORITHM, **extension, "typ": TYPE, "x5u": self.certificate_url}

    @property
    def claims(self) -> dict[str, Any]:
        """The claims (RFC 8225 §5, RFC 8588 §3)."""
        attested = {"attest": self.attestation.value, "origid": self.origination_id} if self.attestation else {}
        numbers = [each for each in self.destinations if each.isdigit()]
        uris = [each for each in self.destinations if not each.isdigit()]
        called = {name: those for name, those in (("tn", numbers), ("uri", uris)) if those}
        calling = {"tn" if self.origin.isdigit() else "uri": self.origin}
        return {**attested, "dest": called, "iat": self.issued_at, "orig": calling}


def signed(passport: Passport, key: EllipticCurvePrivateKey) -> str:
    """The passport in its full form: header, claims and signature with dots between."""
    return _JWS.encode(_plain(passport.claims), key, ALGORITHM, headers=passport.header, sort_headers=True)


def verify(token: str, key: EllipticCurvePublicKey) -> None:
    """Raises IdentityFault unless the token was signed with this key."""
    try:
        _JWS.decode_complete(token, key, algorithms=[ALGORITHM])
    except PyJWTError as error:
        raise IdentityFault(IdentityFaultKind.INVALID, f"The signature does not hold: {error}.") from None


def in_full(signature: str, passport: Passport) -> str:
    """The full form of a token of which only the signature was sent (RFC 8225 §7)."""
    header, claims = (_base64url(_plain(part)) for part in (passport.header, passport.claims))
    return f"{header}.{claims}.{signature}"


def read(token: str) -> Passport:
    """What a token in its full form says, whoever signed it. Raises IdentityFault."""
    try:
        parts = _JWS.decode_complete(token, options={"verify_signature": False})
        header, claims = parts["header"], json.loads(parts["payload"])
    except (PyJWTError, ValueError, RecursionError) as error:
        raise IdentityFault(IdentityFaultKind.INVALID, f"The token can't be read: {error}.") from None
    try:
        return _passport(header, claims)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IdentityFault(IdentityFaultKind.INVALID, f"The token is no PASSporT: {error!r}.") from None


def _passport(header: Mapping[str, Any], claims: Mapping[str, Any]) -> Passport:
    """Raises KeyError, TypeError, ValueError and AttributeError, of which JSON that is meant otherwise has all."""
    if (header["alg"], header["typ"]) != (ALGORITHM, TYPE):
        raise ValueError(f"alg is {header['alg']!r}, typ is {header['typ']!r}")
    if header.get("ppt") not in (None, SHAKEN):
        raise ValueError(f"ppt is {header['ppt']!r}")
    shaken = header.get("ppt") == SHAKEN
    called, calling = claims["dest"], claims["orig"]
    return Passport(
        _text(calling["tn"] if "tn" in calling else calling["uri"]),
        tuple(_text(each) for name in ("tn", "uri") for each in _listed(called.get(name, []))),
        _whole(claims["iat"]),
        _text(header["x5u"]),
        Attestation(claims["attest"]) if shaken else None,
        _text(claims["origid"]) if shaken else "",
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _listed(value: object) -> Sequence[object]:
    """Called numbers are an array (RFC 8225 §5.2.1); some signers write one number as a text."""
    return value if isinstance(value, list) else [value]


def _plain(part: Mapping[str, Any]) -> bytes:
    return json.dumps(part, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
