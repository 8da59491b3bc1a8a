"""Who calls is verified by the certificate that the call names: what holds, and what is said of what does not."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from engine.model.stir import SignedCall, Verstat
from engine.security.egress import Egress
from engine.stir import passport
from engine.stir.certificate import NumberAuthority, NumberRange, authority
from engine.stir.certificate_store import CertificateStore
from engine.stir.identity_fault import IdentityFault
from engine.stir.passport import Passport
from engine.stir.verification import CallerVerifier, Verification
from tests.peers.signing_carrier import (
    CertificateServer,
    StirAuthority,
    certificate_server,
    number_range,
    one_number,
    provider,
)

CALLER, CALLED = "+3225550100", "+3225550199"
CLAIMS: dict[str, Any] = {"orig": {"tn": CALLER[1:]}, "dest": {"tn": [CALLED[1:]]}}
AUTHORITY = StirAuthority()
LOOPBACK = Egress([ip_network("127.0.0.0/8")])


def utc() -> datetime:
    return datetime.now(UTC)


def call(*identity: str, date: str = "") -> SignedCall:
    return SignedCall(identity, date, CALLER, (CALLED,))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[CertificateServer]:
    async with certificate_server(tmp_path / "web") as opened:
        yield opened


@pytest.fixture
async def store(server: CertificateServer) -> AsyncIterator[CertificateStore]:
    opened = CertificateStore(LOOPBACK, ssl.create_default_context(cafile=server.ca))
    yield opened
    await opened.close()


@pytest.fixture
def verifier(store: CertificateStore) -> CallerVerifier:
    return CallerVerifier(store, [AUTHORITY.certificate], utc)


def outcome(verification: Verification) -> tuple[str, int]:
    return verification.verstat.value, verification.fault.kind.sip_code if verification.fault else 0


@pytest.mark.parametrize("attestation", ["A", "B", "C"])
@pytest.mark.parametrize("numbers", [provider("0042"), one_number("3225550100"), number_range("3225550000", 200)])
async def test_a_call_signed_for_this_number_passes(
    verifier: CallerVerifier, server: CertificateServer, numbers: bytes, attestation: str
) -> None:
    signer = AUTHORITY.signer(numbers)
    identity = signer.identity(server.serve("a.pem", signer.pem), **CLAIMS, attest=attestation)

    verification = await verifier.verify(call(identity))

    assert outcome(verification) == (f"TN-Validation-Passed-{attestation}", 0)
    assert verification.verstat.attestation == attestation


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"orig": {"tn": "3225550101"}}, ("TN-Validation-Failed-A", 438)),
        ({"dest": {"tn": ["3225550198"]}}, ("TN-Validation-Failed-A", 438)),
        ({"iat": int(utc().timestamp()) - 90}, ("TN-Validation-Failed-A", 403)),
        ({"iat": int(utc().timestamp()) + 3600}, ("TN-Validation-Failed-A", 403)),
        ({"attest": "Z"}, ("TN-Validation-Failed", 438)),
    ],
)
async def test_what_was_signed_for_another_call_fails(
    verifier: CallerVerifier, server: CertificateServer, changed: dict[str, Any], told: tuple[str, int]
) -> None:
    signer = AUTHORITY.signer(provider("0042"))
    identity = signer.identity(server.serve("a.pem", signer.pem), **{**CLAIMS, **changed})

    assert outcome(await verifier.verify(call(identity))) == told


@pytest.mark.parametrize(
    "signer",
    [
        AUTHORITY.signer(provider("0042"), expired=True),
        StirAuthority().signer(provider("0042")),
        AUTHORITY.signer(one_number("3225550111")),
        AUTHORITY.signer(number_range("3225550101", 50)),
        AUTHORITY.signer(),
    ],
    ids=["expired", "of another authority", "for another number", "for another range", "for no numbers"],
)
async def test_a_certificate_that_may_not_sign_is_not_supported(
    verifier: CallerVerifier, server: CertificateServer, signer: Any
) -> None:
    identity = signer.identity(server.serve("a.pem", signer.pem), **CLAIMS)

    assert outcome(await verifier.verify(call(identity))) == ("TN-Validation-Failed-A", 437)


async def test_a_signature_by_another_key_than_the_certificates_fails(
    verifier: CallerVerifier, server: CertificateServer
) -> None:
    signer, other = AUTHORITY.signer(provider("0042")), AUTHORITY.signer(provider("0042"))
    identity = other.identity(server.serve("a.pem", signer.pem), **CLAIMS)

    assert outcome(await verifier.verify(call(identity))) == ("TN-Validation-Failed-A", 438)


async def test_a_call_without_identity_is_told_as_such(verifier: CallerVerifier) -> None:
    assert outcome(await verifier.verify(call())) == ("No-TN-Validation", 428)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1/a.pem", "{server}/none.pem", "{server}/text", "http://127.0.0.1/a"]
)
async def test_a_certificate_that_is_not_to_be_had_fails(
    verifier: CallerVerifier, server: CertificateServer, url: str
) -> None:
    server.serve("text", b"no certificate")
    identity = AUTHORITY.signer(provider("0042")).identity(url.replace("{server}", server.url), **CLAIMS)

    assert outcome(await verifier.verify(call(identity))) == ("TN-Validation-Failed-A", 436)


async def test_an_address_inside_is_not_asked(server: CertificateServer) -> None:
    store = CertificateStore(Egress(), ssl.create_default_context(cafile=server.ca))
    signer = AUTHORITY.signer(provider("0042"))
    identity = signer.identity(server.serve("a.pem", signer.pem), **CLAIMS)

    verification = await CallerVerifier(store, [AUTHORITY.certificate], utc).verify(call(identity))
    await store.close()

    assert outcome(verification) == ("TN-Validation-Failed-A", 436)
    assert server.asked == 0


@pytest.mark.parametrize(("cache_control", "asked"), [("public, max-age=60", 1), ("max-age=60, no-store", 2), ("", 2)])
async def test_a_certificate_is_kept_for_as_long_as_it_says(
    verifier: CallerVerifier, server: CertificateServer, cache_control: str, asked: int
) -> None:
    server.cache_control = cache_control
    signer = AUTHORITY.signer(provider("0042"))
    identity = signer.identity(server.serve("a.pem", signer.pem), **CLAIMS)

    for _ in range(2):
        await verifier.verify(call(identity))

    assert server.asked == asked


async def test_calls_that_come_at_once_ask_once(verifier: CallerVerifier, server: CertificateServer) -> None:
    signer = AUTHORITY.signer(provider("0042"))
    identity = signer.identity(server.serve("a.pem", signer.pem), **CLAIMS)

    verifications = await asyncio.gather(*(verifier.verify(call(identity)) for _ in range(20)))

    assert {each.verstat for each in verifications} == {Verstat.PASSED_A}
    assert server.asked == 1


async def test_a_server_that_does_not_answer_holds_no_call_up_for_more_than_a_second() -> None:
    verifier = CallerVerifier(_Never(), [AUTHORITY.certificate], utc)
    identity = AUTHORITY.signer(provider("0042")).identity("https://certificates.example/a.pem", **CLAIMS)

    async with asyncio.timeout(3):
        verification = await verifier.verify(call(identity))

    assert outcome(verification) == ("TN-Validation-Failed-A", 436)


async def test_a_signature_alone_is_verified_by_what_the_invite_says(
    verifier: CallerVerifier, server: CertificateServer
) -> None:
    signer, now = AUTHORITY.signer(provider("0042")), utc().replace(microsecond=0)
    url = server.serve("a.pem", signer.pem)
    token = passport.signed(Passport(CALLER[1:], (CALLED[1:],), int(now.timestamp()), url), signer.key)
    identity = f"..{token.rpartition('.')[2]};info=<{url}>"

    passed = await verifier.verify(call(identity, date=format_datetime(now, usegmt=True)))
    without_date = await verifier.verify(call(identity))

    assert outcome(passed) == ("TN-Validation-Passed", 0)
    assert outcome(without_date) == ("TN-Validation-Failed", 403)


def test_a_certificates_list_of_numbers_is_read() -> None:
    signer = AUTHORITY.signer(provider("0042"), one_number("3225550100"), number_range("3225550200", 300))

    assert authority(signer.certificate) == NumberAuthority(
        ("0042",), (NumberRange("3225550100", 1), NumberRange("3225550200", 300))
    )


@pytest.mark.parametrize("entries", [b"\x16", b"\x30\x05", b"\xa3\x03\x16\x01a", b"\xa1\x03\x16\x01a", b"\xa0\x00"])
def test_a_list_of_numbers_that_is_written_otherwise_is_refused(entries: bytes) -> None:
    with pytest.raises(IdentityFault, match="can't be read"):
        authority(AUTHORITY.signer(entries).certificate)


class _Never:
    async def chain(self, url: str) -> Sequence[x509.Certificate]:
        await asyncio.Event().wait()
        raise AssertionError(url)
