"""Signed callers on the wire (STIR): what the carrier reads of our calls, and what becomes of those that come in."""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from engine.model.refusal import RefusalRule
from engine.model.stir import Attestation, Verstat
from engine.model.trunk import Trunk, new_trunk
from engine.ports import CallerSigned, DialRequest, InboundCall, RouteAdvanced
from engine.security.egress import Egress
from engine.stir.certificate_store import CertificateStore
from engine.stir.verification import CallerVerifier
from sip.leg import SipLeg
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.signing_carrier import (
    CertificateServer,
    SigningCertificate,
    StirAuthority,
    certificate_server,
    one_number,
    provider,
    read_by_hand,
)
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import NUMBER
from tests.peers.tcp_server import tcp_server
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

CALLING, CALLED = "+3225550100", "+3225550199"
URL = "https://certificates.example/telefoon.pem"
PASSED_ON = "h.c.s;info=<https://elsewhere.example/a.pem>;alg=ES256;ppt=shaken"
AUTHORITY = StirAuthority()


@pytest.fixture
def own() -> SigningCertificate:
    """Our certificate."""
    return AUTHORITY.signer(provider("0042"))


@pytest.fixture
def key(own: SigningCertificate, tmp_path: Path) -> Path:
    file = tmp_path / "stir-key.pem"
    file.write_bytes(own.key_pem)
    return file


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], "from_host": "us.example", **fields})


async def invited(open_line: OpenLine, request: DialRequest, **fields: Any) -> dict[str, list[str]]:
    """The headers of the INVITE that reaches the carrier, by their names."""
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        faults = await line.agent.use_trunks([carrier(far_end.port, **fields)])
        assert faults == {}
        await Watch(await line.agent.dial(request)).start().ends()
    text = next(each for each in far_end.requests if each.startswith("INVITE"))
    headers: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([\w-]+): (.*)\r$", text, re.MULTILINE):
        headers.setdefault(name, []).append(value)
    return headers


@pytest.mark.parametrize("attestation", Attestation)
@pytest.mark.parametrize("fields", [{}, {"caller": "national;country_code=32;trunk_prefix=0"}])
async def test_the_carrier_reads_who_calls_signed_by_our_key(
    open_line: OpenLine, own: SigningCertificate, key: Path, attestation: Attestation, fields: dict[str, Any]
) -> None:
    request = DialRequest(CALLED, CALLING, "CA1", account_id="AC1", attestation=attestation)

    headers = await invited(open_line, request, stir="sign", stir_key=str(key), stir_certificate_url=URL, **fields)

    (identity,) = headers["Identity"]
    token, _, parameters = identity.partition(";")
    header, claims = read_by_hand(token, own.key.public_key())
    assert parameters == f"info=<{URL}>;alg=ES256;ppt=shaken"
    assert header == {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": URL}
    assert claims["orig"] == {"tn": "3225550100"}
    assert claims["dest"] == {"tn": ["3225550199"]}
    assert claims["attest"] == attestation.value
    assert re.fullmatch(r"[0-9a-f-]{36}", claims["origid"])
    assert headers["Date"][0].endswith(" GMT")


async def test_what_was_signed_is_told_and_not_what_another_trunk_signed_before(open_line: OpenLine, key: Path) -> None:
    signs = {"stir": "sign", "stir_key": str(key), "stir_certificate_url": URL}
    request = DialRequest(CALLED, CALLING, "CA1", attestation=Attestation.PARTIAL)
    async with (
        sip_answerer(lambda _: "503 Service Unavailable") as first,
        sip_answerer(lambda _: "486 Busy Here") as second,
        open_line() as line,
    ):
        plain = new_trunk({"name": "plain", "hosts": [f"127.0.0.1:{second.port}"], "priority": 1})
        assert await line.agent.use_trunks([carrier(first.port, **signs), plain]) == {}
        call = Watch(await line.agent.dial(request)).start()
        await call.ends()

    told = [each for each in call.seen if isinstance(each, CallerSigned | RouteAdvanced)]
    assert told[0] == CallerSigned(Attestation.PARTIAL)
    assert [type(each) for each in told] == [CallerSigned, RouteAdvanced]


async def test_a_signed_invite_that_is_longer_than_a_packet_reaches_a_carrier_on_udp(
    open_line: OpenLine, own: SigningCertificate, key: Path
) -> None:
    url = f"https://certificates.example/{'long/' * 40}telefoon.pem"

    headers = await invited(
        open_line, DialRequest(CALLED, CALLING, "CA1"), stir="sign", stir_key=str(key), stir_certificate_url=url
    )

    read_by_hand(headers["Identity"][0].partition(";")[0], own.key.public_key())


@pytest.mark.parametrize("fields", [{"hides_caller": True}, {"from_user": "acct7"}])
async def test_a_caller_whom_the_carrier_is_not_told_is_not_signed(
    open_line: OpenLine, key: Path, fields: dict[str, Any]
) -> None:
    signs = {"stir": "sign", "stir_key": str(key), "stir_certificate_url": URL}

    headers = await invited(open_line, DialRequest(CALLED, CALLING, "CA1"), **signs, **fields)

    assert "Identity" not in headers


async def test_a_hidden_caller_whom_the_carrier_knows_is_signed(
    open_line: OpenLine, own: SigningCertificate, key: Path
) -> None:
    fields = {"hides_caller": True, "identity_header": "P-Asserted-Identity"}
    signs = {"stir": "sign", "stir_key": str(key), "stir_certificate_url": URL}

    headers = await invited(open_line, DialRequest(CALLED, CALLING, "CA1"), **signs, **fields)

    _, claims = read_by_hand(headers["Identity"][0].partition(";")[0], own.key.public_key())
    assert claims["orig"] == {"tn": "3225550100"}


async def test_without_signing_an_identity_is_passed_on_as_it_came(open_line: OpenLine) -> None:
    headers = await invited(open_line, DialRequest(CALLED, CALLING, "CA1", identity=(PASSED_ON,)))

    assert headers["Identity"] == [PASSED_ON]


async def test_the_signature_of_a_caller_who_hides_is_neither_made_nor_passed_on(
    open_line: OpenLine, key: Path
) -> None:
    hidden = DialRequest(CALLED, CALLING, "CA1", identity=(PASSED_ON,), hides_caller=True)
    signs = {"stir": "sign", "stir_key": str(key), "stir_certificate_url": URL}

    unsigned, signed = await invited(open_line, hidden), await invited(open_line, hidden, **signs)

    assert "Identity" not in unsigned
    assert "Identity" not in signed


async def test_who_signs_passes_no_other_identity_on(open_line: OpenLine, key: Path) -> None:
    signs = {"stir": "sign", "stir_key": str(key), "stir_certificate_url": URL}

    headers = await invited(open_line, DialRequest(CALLED, CALLING, "CA1", identity=(PASSED_ON,)), **signs)

    assert len(headers["Identity"]) == 1
    assert headers["Identity"] != [PASSED_ON]


@pytest.mark.parametrize("content", [None, b"no key"])
async def test_a_key_that_can_not_be_read_is_told(open_line: OpenLine, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "stir-key.pem"
    if content is not None:
        file.write_bytes(content)
    signs = {"stir": "sign", "stir_key": str(file), "stir_certificate_url": URL}

    async with open_line() as line:
        faults = await line.agent.use_trunks([carrier(5060, **signs)])

    assert "stir_key" in faults["carrier"]


@dataclass(slots=True)
class Caller:
    """A carrier that signs, or does not; `certificates` is where others find its certificate."""

    line: Line
    far_end: RawCaller
    certificates: CertificateServer

    async def brings(self, *headers: str) -> tuple[SipLeg, InboundCall]:
        """The call that it makes, as it comes in."""
        self.far_end.request("INVITE", *headers, body=audio())
        return await self.line.takes()


CLAIMS = {"orig": {"tn": "32470123456"}, "dest": {"tn": [NUMBER.removeprefix("+")]}}


@pytest.fixture
async def certificates(tmp_path: Path) -> AsyncIterator[CertificateServer]:
    async with certificate_server(tmp_path / "web") as server:
        yield server


@asynccontextmanager
async def calling(
    open_line: OpenLine, certificates: CertificateServer, country: str = "be", **fields: Any
) -> AsyncIterator[Caller]:
    """A line with a trunk that verifies who calls, and the carrier at its other end."""
    store = CertificateStore(Egress([ip_network("127.0.0.0/8")]), ssl.create_default_context(cafile=certificates.ca))
    verifier = CallerVerifier(store, [AUTHORITY.certificate], lambda: datetime.now(UTC))
    async with open_line(verifier=verifier, country=country) as line, raw_caller(line.port) as far_end:
        assert await line.agent.use_trunks([carrier(far_end.port, stir="verify", **fields)]) == {}
        yield Caller(line, far_end, certificates)
    await store.close()


async def test_a_signed_call_comes_in_as_passed(open_line: OpenLine, certificates: CertificateServer) -> None:
    signer = AUTHORITY.signer(one_number("32470123456"))
    identity = signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS, attest="B")

    async with calling(open_line, certificates, stir_invalid="refuse", stir_missing="refuse") as carrier:
        leg, arrival = await carrier.brings(f"Identity: {identity}")
        await leg.refuse(486)

    assert arrival.verstat is Verstat.PASSED_B
    assert arrival.identity == (identity,)


async def test_a_hidden_caller_is_verified_by_the_number_that_the_carrier_asserts(
    open_line: OpenLine, certificates: CertificateServer
) -> None:
    signer = AUTHORITY.signer(provider("0042"))
    claims = {**CLAIMS, "orig": {"tn": "3225550142"}}
    identity = signer.identity(certificates.serve("a.pem", signer.pem), **claims)

    async with calling(open_line, certificates) as carrier:
        leg, arrival = await carrier.brings(
            f"Identity: {identity}", "P-Asserted-Identity: <tel:+3225550142>", "Privacy: id"
        )
        await leg.refuse(486)

    assert (arrival.caller, arrival.verstat) == ("anonymous", Verstat.PASSED_A)


def expired(certificates: CertificateServer) -> str:
    signer = AUTHORITY.signer(provider("0042"), expired=True)
    return signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS)


def of_another_number(certificates: CertificateServer) -> str:
    signer = AUTHORITY.signer(provider("0042"))
    return signer.identity(certificates.serve("a.pem", signer.pem), **{**CLAIMS, "orig": {"tn": "32470123457"}})


def of_another_authority(certificates: CertificateServer) -> str:
    signer = StirAuthority().signer(provider("0042"))
    return signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS)


def without_certificate(certificates: CertificateServer) -> str:
    return AUTHORITY.signer(provider("0042")).identity("https://127.0.0.1:1/a.pem", **CLAIMS)


def signed_an_hour_ago(certificates: CertificateServer) -> str:
    signer = AUTHORITY.signer(provider("0042"))
    then = int(datetime.now(UTC).timestamp()) - 3600
    return signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS, iat=then)


UNPROVED = [
    (expired, 437, "Unsupported"),
    (of_another_number, 438, "Invalid Identity"),
    (of_another_authority, 437, "Unsupported"),
    (without_certificate, 436, "Bad Identity"),
    (signed_an_hour_ago, 403, ""),
]


@pytest.mark.parametrize(("unproved", "code", "reason"), UNPROVED)
async def test_a_call_whose_signature_does_not_hold_is_refused_where_that_is_set(
    open_line: OpenLine, certificates: CertificateServer, unproved: Callable[[CertificateServer], str], code: int,
    reason: str,
) -> None:  # fmt: skip
    identity = unproved(certificates)

    async with calling(open_line, certificates, stir_invalid="refuse") as carrier:
        answer = await carrier.far_end.asks("INVITE", f"Identity: {identity}", body=audio())
        refused = await carrier.line.refusals.get()

    assert answer.code == refused.sip_code == code
    assert reason in answer.reason
    assert refused.arrival.verstat is Verstat.FAILED_A
    assert carrier.line.noted == [(RefusalRule.CALLER, NUMBER)]
    assert carrier.line.arrivals.empty()


@pytest.mark.parametrize(("unproved", "code", "reason"), UNPROVED)
async def test_a_call_whose_signature_does_not_hold_comes_in_as_failed_otherwise(
    open_line: OpenLine, certificates: CertificateServer, unproved: Callable[[CertificateServer], str], code: int,
    reason: str,
) -> None:  # fmt: skip
    del code, reason
    identity = unproved(certificates)

    async with calling(open_line, certificates) as carrier:
        leg, arrival = await carrier.brings(f"Identity: {identity}")
        await leg.refuse(486)

    assert arrival.verstat is Verstat.FAILED_A


async def test_a_call_that_is_not_signed_comes_in_as_such_or_is_refused(
    open_line: OpenLine, certificates: CertificateServer
) -> None:
    async with calling(open_line, certificates) as carrier:
        leg, arrival = await carrier.brings()
        await leg.refuse(486)
    async with calling(open_line, certificates, stir_missing="refuse") as carrier:
        answer = await carrier.far_end.asks("INVITE", body=audio())

    assert arrival.verstat is Verstat.NONE
    assert answer.code == 428
    assert "Use Identity Header" in answer.reason


async def test_a_caller_that_gives_up_while_it_is_verified_is_let_go(
    open_line: OpenLine, certificates: CertificateServer
) -> None:
    async with calling(open_line, certificates) as carrier, _silent_server() as url:
        identity = AUTHORITY.signer(provider("0042")).identity(url, **CLAIMS)
        carrier.far_end.branch = "z9hG4bKgivenup"
        carrier.far_end.request("INVITE", f"Identity: {identity}", body=audio(), number=1)
        await asyncio.sleep(0.3)
        carrier.far_end.request("CANCEL", number=1)
        answer = await carrier.far_end.answer("INVITE")
        leg, arrival = await carrier.line.takes()
        ended = await Watch(leg).start().ends()

    assert (answer.code, ended.sip_code) == (487, 487)
    assert arrival.verstat is Verstat.FAILED_A


async def test_a_certificate_that_does_not_come_holds_nobody_else_up(
    open_line: OpenLine, certificates: CertificateServer
) -> None:
    signer = AUTHORITY.signer(provider("0042"))
    identity = signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS)
    async with (
        calling(open_line, certificates) as carrier,
        _silent_server() as url,
        raw_caller(carrier.line.port) as other,
    ):
        held = AUTHORITY.signer(provider("0042")).identity(url, **CLAIMS)
        began = time.monotonic()
        other.request("INVITE", f"Identity: {held}", body=audio())
        carrier.far_end.request("INVITE", f"Identity: {identity}", body=audio())
        first, first_s = await carrier.line.takes(), time.monotonic() - began
        second, second_s = await carrier.line.takes(), time.monotonic() - began
        for leg, _ in (first, second):
            await leg.refuse(486)

    assert (first[1].verstat, second[1].verstat) == (Verstat.PASSED_A, Verstat.FAILED_A)
    assert first_s < 0.8
    assert second_s < 2


async def test_without_trust_anchors_no_trunk_verifies(open_line: OpenLine) -> None:
    async with open_line() as line:
        faults = await line.agent.use_trunks([carrier(5060, stir="both", stir_key="/k", stir_certificate_url=URL)])

    assert faults["carrier"]


@asynccontextmanager
async def _silent_server() -> AsyncIterator[str]:
    """Takes connections and says nothing."""

    async def say_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with tcp_server(say_nothing) as port:
        yield f"https://127.0.0.1:{port}/a.pem"


@pytest.mark.parametrize(
    ("caller", "code"), [("+33144556677", 428), ("anonymous", 428), ("+32470123456", 0), ("+447400123456", 0)]
)
async def test_unsigned_callers_of_the_nodes_country_alone_are_refused_where_that_is_set(
    open_line: OpenLine, certificates: CertificateServer, caller: str, code: int
) -> None:
    async with calling(open_line, certificates, country="fr", stir_missing="refuse-national") as carrier:
        carrier.far_end.from_ = f"<sip:{caller}@127.0.0.1>;tag=raw"
        if code:
            assert (await carrier.far_end.asks("INVITE", body=audio())).code == code
            assert carrier.line.noted == [(RefusalRule.CALLER, NUMBER)]
            return
        leg, arrival = await carrier.brings()
        await leg.refuse(486)

    assert (arrival.caller, arrival.verstat) == (caller, Verstat.NONE)
