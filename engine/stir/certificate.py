"""Certificates of those who sign: whether they are trusted, and for which numbers (RFC 8226)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from engine.stir.identity_fault import IdentityFault, IdentityFaultKind

_TN_AUTH_LIST: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
_PEM: Final = b"-----BEGIN CERTIFICATE-----"

_SEQUENCE: Final = 0x30
_IA5_STRING: Final = 0x16
_INTEGER: Final = 0x02
_PROVIDER, _RANGE, _ONE = 0xA0, 0xA1, 0xA2


@dataclass(frozen=True, slots=True)
class NumberRange:
    """So many numbers from the first on, all of one length."""

    first: str
    count: int

    def holds(self, number: str) -> bool:
        if not (self.first.isdigit() and number.isdigit() and len(self.first) == len(number)):
            return self.first == number
        return 0 <= int(number) - int(self.first) < self.count


@dataclass(frozen=True, slots=True)
class NumberAuthority:
    """Who may sign for which numbers: `providers` by their codes, for whatever numbers these have."""

    providers: tuple[str, ...] = ()
    ranges: tuple[NumberRange, ...] = ()

    def covers(self, number: str) -> bool:
        """Which numbers a provider has is in no certificate: of a provider alone, every number counts as covered."""
        if self.ranges and any(each.holds(number) for each in self.ranges):
            return True
        return bool(self.providers)


def read_chain(content: bytes) -> list[x509.Certificate]:
    """The certificates of a file, that of the signer first; PEM, or one as DER. Raises IdentityFault."""
    try:
        if _PEM in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        raise IdentityFault(IdentityFaultKind.UNREACHABLE, "What is where the certificate should be is none.") from None


def signing_key(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], number: str, at: datetime
) -> EllipticCurvePublicKey:
    """The key of the first, if it is trusted at this time and may sign for this number. Raises IdentityFault."""
    own = chain[0]
    key = own.public_key()
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise IdentityFault(IdentityFaultKind.UNSUPPORTED, "The certificate's key is not one of P-256.")
    # These certificates name no host, which those of the web must.
    policy = (
        PolicyBuilder()
        .store(Store(list(anchors)))
        .time(at)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
    )
    try:
        policy.build_client_verifier().verify(own, list(chain[1:]))
    except VerificationError as error:
        raise IdentityFault(IdentityFaultKind.UNSUPPORTED, f"The certificate is not trusted: {error}.") from None
    if not authority(own).covers(number):
        raise IdentityFault(IdentityFaultKind.UNSUPPORTED, "The certificate is for other numbers.")
    return key


def authority(certificate: x509.Certificate) -> NumberAuthority:
    """What its TNAuthList says (RFC 8226 §9). Raises IdentityFault where it has none, or one that can't be read."""
    try:
        found = certificate.extensions.get_extension_for_oid(_TN_AUTH_LIST).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        raise IdentityFault(
            IdentityFaultKind.UNSUPPORTED, "The certificate does not say for which numbers it is."
        ) from None
    assert isinstance(found, x509.UnrecognizedExtension)
    try:
        ((tag, entries),) = _elements(found.value)
        if tag != _SEQUENCE:
            raise ValueError("no sequence")
        return _authority(entries)
    except (ValueError, IndexError) as error:
        words = f"The certificate's list of numbers can't be read: {error}."
        raise IdentityFault(IdentityFaultKind.UNSUPPORTED, words) from None


def _authority(entries: bytes) -> NumberAuthority:
    providers, ranges = [], []
    for tag, entry in _elements(entries):
        ((inner, content),) = _elements(entry)
        if tag == _PROVIDER and inner == _IA5_STRING:
            providers.append(content.decode("ascii"))
        elif tag == _ONE and inner == _IA5_STRING:
            ranges.append(NumberRange(content.decode("ascii"), 1))
        elif tag == _RANGE and inner == _SEQUENCE:
            (start_tag, start), (count_tag, count) = _elements(content)
            if (start_tag, count_tag) != (_IA5_STRING, _INTEGER):
                raise ValueError("a range is written otherwise")
            ranges.append(NumberRange(start.decode("ascii"), int.from_bytes(count, "big")))
        else:
            raise ValueError(f"an entry has the tag {tag:#x}")
    return NumberAuthority(tuple(providers), tuple(ranges))


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of DER, each with its tag (X.690 §8.1). Raises ValueError, IndexError."""
    at = 0
    while at < len(content):
        tag, length, at = content[at], content[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(content[at : at + octets], "big"), at + octets
        if at + length > len(content):
            raise ValueError("it ends too early")
        yield tag, content[at : at + length]
        at += length
