"""Verifies who calls: by the Identity of an INVITE, and the certificate that it names (RFC 8224 §6.2)."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from cryptography import x509

from engine.model.stir import SignedCall, Verstat
from engine.stir import identity_header, passport
from engine.stir.certificate import signing_key
from engine.stir.identity_fault import IdentityFault, IdentityFaultKind
from engine.stir.identity_header import PresentedIdentity
from engine.stir.passport import SHAKEN, Passport

FRESH_S: Final = 60
"""RFC 8224 §6.2.2"""
LONGEST_S: Final = 1.0
"""How long a call waits for a certificate."""

_SEPARATORS: Final = re.compile(r"[-.() ]")


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it; `fault` is what is wrong, None where the signature holds."""

    verstat: Verstat
    fault: IdentityFault | None = None


class CertificateSource(Protocol):
    """Where certificates are had from (engine.stir.certificate_store)."""

    async def chain(self, url: str) -> Sequence[x509.Certificate]:
        """The certificates at a URL, that of the signer first. Raises IdentityFault."""
        ...


class CallerVerifier:
    """Verifies calls against certificates that `anchors` vouch for."""

    def __init__(
        self, certificates: CertificateSource, anchors: Sequence[x509.Certificate], now: Callable[[], datetime]
    ) -> None:
        self._certificates = certificates
        self._anchors = anchors
        self._now = now

    async def verify(self, call: SignedCall) -> Verification:
        """Takes a second at most."""
        claimed = None
        try:
            header = identity_header.chosen(call.identity)
            presented = _presented(header, call)
            claimed = presented.attestation
            _compare(presented, header, call, self._now())
            chain = await self._chain(header.certificate_url)
            key = signing_key(chain, self._anchors, presented.origin, self._now())
            passport.verify(header.token or passport.in_full(header.signature, presented), key)
        except IdentityFault as fault:
            verstat = Verstat.NONE if fault.kind is IdentityFaultKind.MISSING else Verstat.FAILED.of(claimed)
            return Verification(verstat, fault)
        return Verification(Verstat.PASSED.of(claimed))

    async def _chain(self, url: str) -> Sequence[x509.Certificate]:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self._certificates.chain(url)
        except TimeoutError:
            raise IdentityFault(IdentityFaultKind.UNREACHABLE, f"{url} gave no certificate in time.") from None


def canonical(number: str) -> str:
    """A number as passports have it (RFC 8224 §8.3): digits alone. What is no number stays as it is."""
    digits = _SEPARATORS.sub("", number).removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else number


def _presented(header: PresentedIdentity, call: SignedCall) -> Passport:
    """What the header says, or stands for where it is the signature alone. Raises IdentityFault."""
    if not header.is_compact:
        return passport.read(header.token)
    if header.type == SHAKEN:
        raise IdentityFault(IdentityFaultKind.INVALID, "A signature alone has no attestation.")
    try:
        issued_at = int(parsedate_to_datetime(call.date).timestamp())
    except (ValueError, OverflowError):
        raise IdentityFault(IdentityFaultKind.STALE, "There is no Date.") from None
    origin, called = canonical(call.caller), canonical(call.called[0])
    return Passport(origin, (called,), issued_at, header.certificate_url)


def _compare(presented: Passport, header: PresentedIdentity, call: SignedCall, at: datetime) -> None:
    """Raises IdentityFault unless the passport is of this call, and of now."""
    if presented.certificate_url != header.certificate_url:
        raise IdentityFault(IdentityFaultKind.INVALID, "Identity and its token name different certificates.")
    if bool(presented.attestation) != (header.type == SHAKEN):
        raise IdentityFault(IdentityFaultKind.INVALID, "Identity and its token are of different types.")
    if presented.origin != canonical(call.caller):
        raise IdentityFault(IdentityFaultKind.INVALID, "Another number was signed as the caller's.")
    if not {canonical(each) for each in call.called} & set(presented.destinations):
        raise IdentityFault(IdentityFaultKind.INVALID, "Another number was signed as the called one.")
    # Of whole numbers, since a time that is signed may be greater than a float is.
    if abs(int(at.timestamp()) - presented.issued_at) > FRESH_S:
        raise IdentityFault(IdentityFaultKind.STALE, "It was signed too long ago, or in the future.")
