"""Whether the trunk answers and knows us: OPTIONS by a socket, REGISTER by the SIP library itself."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.doctor import trunk
from api.doctor.server import RunningServer
from config.settings import Settings
from tests.peers.certificates import make_pems
from tests.peers.ports import Ports
from tests.peers.sip_answerer import Answering, sip_answerer


def settings_for(port: int, **more: Any) -> Settings:
    return Settings(trunk=f"sip:127.0.0.1:{port}", **more)


def registering(port: int) -> Settings:
    return settings_for(port, trunk_user="ann", trunk_password=SecretStr("pw"), trunk_register=True)


def registrar(to_register: str) -> Answering:
    return lambda request: to_register if request.startswith("REGISTER") else "200 OK"


async def test_without_a_trunk_nothing_is_wrong_but_outbound_calls_need_one() -> None:
    (finding,) = await trunk.check(Settings(), None)
    assert finding.ok
    assert "TELEFOON_TRUNK" in finding.advice


async def test_a_trunk_that_answers_is_well() -> None:
    async with sip_answerer(registrar("")) as far_end:
        (finding,) = await trunk.check(settings_for(far_end.port), None)
    assert finding.ok
    assert finding.detail == f"sip:127.0.0.1:{far_end.port} answered OPTIONS with 200 OK"


async def test_what_strict_programs_refuse_in_a_trunks_certificate_is_said_with_what_to_ask_for(tmp_path: Path) -> None:
    pems = make_pems(tmp_path, strict=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    async with sip_answerer(registrar(""), stream=True, tls=context) as far_end:
        uri = f"sip:127.0.0.1:{far_end.port};transport=tls"
        (finding,) = await trunk.check(Settings(trunk=uri, tls_ca=pems.ca), None)
    assert finding.ok
    assert finding.detail == (
        f"{uri} answered OPTIONS with 200 OK, but its certificate has a flaw: Missing Authority Key Identifier"
    )
    assert "Ask the trunk's operator for a certificate that keeps to RFC 5280" in finding.advice


async def test_a_trunk_that_does_not_answer_is_a_fault() -> None:
    (finding,) = await trunk.check(settings_for(Ports().one()), None)
    assert not finding.ok
    assert "TELEFOON_TRUNK" in finding.advice


async def test_a_running_server_tells_its_registration() -> None:
    async with sip_answerer(registrar("403 Forbidden")) as far_end:
        told = RunningServer({"trunk": {"ok": True, "detail": "200 OK"}})
        _, finding = await trunk.check(registering(far_end.port), told)
    assert (finding.ok, finding.detail) == (True, "the running server says: 200 OK")
    assert not any(request.startswith("REGISTER") for request in far_end.requests)


@pytest.mark.sip
async def test_registration_is_tried_out_where_no_server_runs() -> None:
    accepted = "200 OK\nContact: <sip:ann@127.0.0.1>;expires=300\nExpires: 300"
    async with sip_answerer(registrar(accepted)) as far_end:
        _, finding = await trunk.check(registering(far_end.port), None)
    assert (finding.ok, finding.detail) == (True, "200 OK")


@pytest.mark.sip
async def test_a_refused_registration_is_a_fault_with_code_and_reason() -> None:
    async with sip_answerer(registrar("403 Wrong password")) as far_end:
        _, finding = await trunk.check(registering(far_end.port), None)
    assert (finding.ok, finding.detail) == (False, "403 Wrong password")
    assert "TELEFOON_TRUNK_PASSWORD" in finding.advice
