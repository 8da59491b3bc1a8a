"""Signed callers (STIR) as a customer meets them: what the flow and REST are told, and what is signed."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.peers.commands import output_of
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, prepared
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.signing_carrier import StirAuthority, certificate_server, one_number, provider, read_by_hand
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip

AUTHORITY = StirAuthority()
CLAIMS = {"orig": {"tn": "32470123456"}, "dest": {"tn": [NUMBER.removeprefix("+")]}}


def verifying(tmp_path: Path, ports: Ports, shop: Customer) -> Platform:
    """A platform that trusts the authority, and whose number asks the shop."""
    (anchors := tmp_path / "anchors.pem").write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    settings = {"STIR_TRUST_ANCHORS": str(anchors)}
    return prepared(tmp_path, ports, settings, number={"--url": shop.url("/start")})


async def test_the_flow_and_rest_are_told_who_was_proved_to_call(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = '<Response><Reject reason="busy"/></Response>'
    signer = AUTHORITY.signer(one_number("32470123456"))
    telefoon = verifying(tmp_path, ports, shop)
    async with certificate_server(tmp_path / "web") as certificates, raw_caller(telefoon.sip_port) as caller:
        telefoon.environment["SSL_CERT_FILE"] = str(certificates.ca)
        telefoon.telefoon("trunks", "add", "carrier", "--host", f"127.0.0.1:{caller.port}", "--set", "stir=verify")
        identity = signer.identity(certificates.serve("a.pem", signer.pem), **CLAIMS)
        try:
            await telefoon.start()
            await caller.asks("INVITE", f"Identity: {identity}", body=audio())
            call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])
        finally:
            await telefoon.end()

    assert shop.forms("/start")[0]["StirVerstat"] == "TN-Validation-Passed-A"
    assert (call["stir_verstat"], call["stir_attestation"]) == ("TN-Validation-Passed-A", "A")
    assert call["trunk"] == "carrier"


async def test_a_call_that_is_not_proved_is_refused_and_found_among_the_calls(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    telefoon = verifying(tmp_path, ports, shop)
    async with raw_caller(telefoon.sip_port) as caller:
        telefoon.telefoon(
            "trunks", "add", "carrier", "--host", f"127.0.0.1:{caller.port}", "--set", "stir=verify",
            "--set", "stir_missing=refuse",
        )  # fmt: skip
        try:
            await telefoon.start()
            answer = await caller.asks("INVITE", body=audio())
            call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])
        finally:
            await telefoon.end()

    assert answer.code == call["sip_code"] == 428
    assert (call["status"], call["stir_verstat"]) == ("failed", "No-TN-Validation")
    assert shop.forms("/start") == []


async def test_the_carrier_reads_that_the_number_is_the_accounts_own(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    own = AUTHORITY.signer(provider("0042"))
    (key := tmp_path / "stir-key.pem").write_bytes(own.key_pem)
    telefoon = verifying(tmp_path, ports, shop)
    async with sip_answerer(lambda _: "486 Busy Here") as carrier:
        telefoon.telefoon(
            "trunks", "add", "carrier", "--host", f"127.0.0.1:{carrier.port}", "--set", "stir=sign",
            "--set", f"stir_key={key}", "--set", "stir_certificate_url=https://certificates.example/a.pem",
        )  # fmt: skip
        try:
            await telefoon.start()
            call = await telefoon.ended_call((await telefoon.place("+3225550199", url=shop.url("/start")))["id"])
        finally:
            await telefoon.end()

    request = next(each for each in carrier.requests if each.startswith("INVITE"))
    identity = next(line for line in request.split("\r\n") if line.startswith("Identity: "))
    _, claims = read_by_hand(identity.removeprefix("Identity: ").partition(";")[0], own.key.public_key())
    assert (claims["attest"], claims["orig"], claims["dest"]) == ("A", {"tn": NUMBER[1:]}, {"tn": ["3225550199"]})
    assert call["stir_attestation"] == claims["attest"]
    assert "stir_verstat" not in call


async def test_trust_anchors_that_can_not_be_read_stop_the_start(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    telefoon = verifying(tmp_path, ports, shop)
    (tmp_path / "anchors.pem").write_text("nothing")

    done = await asyncio.to_thread(output_of, "serve", environment=telefoon.environment)

    assert done.exit_code != 0
    assert "TELEFOON_STIR_TRUST_ANCHORS" in done.complained
