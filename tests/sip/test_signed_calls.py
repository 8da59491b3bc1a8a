"""Signed callers on the wire (STIR): what the carrier reads of our calls, and what becomes of those that come in."""

import re
from pathlib import Path
from typing import Any

import pytest

from engine.model.stir import Attestation
from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.signing_carrier import SigningCertificate, StirAuthority, provider, read_by_hand
from tests.peers.sip_answerer import sip_answerer
from tests.sip.conftest import OpenLine, Watch

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
