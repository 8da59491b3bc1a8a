"""A certificate authority of one test, and a certificate from it, for 127.0.0.1 unless a test wants another."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Pems:
    """PEM files."""

    ca: Path
    certificate: Path
    key: Path


LOCAL: Final = (x509.IPAddress(ip_address("127.0.0.1")),)


def server_context(pems: Pems, *, clients: Path | None = None) -> ssl.SSLContext:
    """A server's that presents the certificate; `clients` is the CA of those whom alone it takes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def make_pems(
    folder: Path,
    *,
    strict: bool = True,
    names: Sequence[x509.GeneralName] = LOCAL,
    common_name: str = "127.0.0.1",
    expired: bool = False,
    self_signed: bool = False,
    days: int = 1,
) -> Pems:
    """Valid for so many days, or until an hour ago; what is self-signed is its own authority.

    What is not strict lacks the Authority Key Identifier of RFC 5280, as some carriers' do. Without `names` there is
    the common name alone.
    """
    folder.mkdir(exist_ok=True)
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    root = (
        _certificate(issuer, issuer, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    unsigned = _certificate(subject, issuer, own, expired=expired, days=days)
    if names:
        unsigned = unsigned.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if strict:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        unsigned = unsigned.add_extension(identifier, critical=False)
    leaf = unsigned.sign(authority, hashes.SHA256())
    if self_signed:
        itself = _certificate(subject, subject, own).add_extension(x509.SubjectAlternativeName(names), critical=False)
        root = leaf = itself.sign(own, hashes.SHA256())
    pems = Pems(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    pems.ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    pems.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    pems.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pems


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, expired: bool = False, days: int = 1
) -> x509.CertificateBuilder:
    now = datetime.now(UTC) - timedelta(hours=1 + 24 * days if expired else 0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )
