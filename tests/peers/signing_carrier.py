"""A carrier that signs who calls: its authority, its certificates, and a signature made and read without our code."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.peers.certificates import SIGNS_CERTIFICATES, make_pems, server_context

ES256 = ec.ECDSA(hashes.SHA256())
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")


def element(tag: int, content: bytes) -> bytes:
    """An element of DER, of less than 128 bytes."""
    return bytes((tag, len(content))) + content


def provider(code: str) -> bytes:
    return element(0xA0, element(0x16, code.encode()))


def one_number(number: str) -> bytes:
    return element(0xA2, element(0x16, number.encode()))


def number_range(first: str, count: int) -> bytes:
    size = element(0x02, count.to_bytes(count.bit_length() // 8 + 1, "big"))
    return element(0xA1, element(0x30, element(0x16, first.encode()) + size))


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate that signs calls, with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A token, signed by this key."""
        signing_input = f"{_written(header)}.{_written(claims)}"
        r, s = decode_dss_signature(self.key.sign(signing_input.encode(), ES256))
        return f"{signing_input}.{_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def identity(self, url: str, **claims: Any) -> str:
        """The value of Identity, of the type shaken."""
        said = {"attest": "A", "iat": int(datetime.now(UTC).timestamp()),
                "origid": "123e4567-e89b-12d3-a456-426655440000", **claims}  # fmt: skip
        header = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": url}
        return f"{self.sign(header, said)};info=<{url}>;alg=ES256;ppt=shaken"


@dataclass(frozen=True, slots=True)
class StirAuthority:
    """Who vouches for certificates that sign calls."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: x509.Name = field(
        default_factory=lambda: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test STIR authority")])
    )

    @property
    def certificate(self) -> x509.Certificate:
        return (
            _begun(self.name, self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(SIGNS_CERTIFICATES, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def signer(self, *numbers: bytes, expired: bool = False) -> SigningCertificate:
        """A certificate for these entries of a TNAuthList; without any, it has no such list."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SHAKEN 0042")])
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        unsigned = _begun(subject, self.name, key.public_key(), expired=expired).add_extension(
            identifier, critical=False
        )
        if numbers:
            listed = x509.UnrecognizedExtension(TN_AUTH_LIST, element(0x30, b"".join(numbers)))
            unsigned = unsigned.add_extension(listed, critical=False)
        return SigningCertificate(unsigned.sign(self.key, hashes.SHA256()), key)


@dataclass(slots=True)
class CertificateServer:
    """Serves what is in `files` by HTTPS, and counts how often it was asked."""

    url: str
    ca: Path
    files: dict[str, bytes] = field(default_factory=dict)
    cache_control: str = "max-age=60"
    asked: int = 0

    def serve(self, name: str, content: bytes) -> str:
        """The URL of a file."""
        self.files[name] = content
        return f"{self.url}/{name}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        content = self.files.get(request.match_info["name"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, headers={"Cache-Control": self.cache_control})


@asynccontextmanager
async def certificate_server(folder: Path) -> AsyncIterator[CertificateServer]:
    """Listens on a free loopback port."""
    pems = make_pems(folder)
    server = CertificateServer("", pems.ca)
    app = web.Application()
    app.router.add_get("/{name}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context(pems))
    await site.start()
    server.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def read_by_hand(token: str, key: ec.EllipticCurvePublicKey) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that this key has signed. Raises InvalidSignature."""
    header, claims, signature = token.split(".")
    raw = _decoded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key.verify(encode_dss_signature(r, s), f"{header}.{claims}".encode(), ES256)
    return json.loads(_decoded(header)), json.loads(_decoded(claims))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, expired: bool = False
) -> x509.CertificateBuilder:
    now = datetime.now(UTC) - timedelta(hours=25 if expired else 0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _written(part: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(part, separators=(",", ":"), sort_keys=True).encode())


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
