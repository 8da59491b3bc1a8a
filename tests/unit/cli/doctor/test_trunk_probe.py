"""What a trunk's test finds: far ends that each have one fault, and a verdict that names it."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.doctor import trunk_probe
from api.doctor.server import RunningServer
from api.doctor.trunk_probe import trunk_findings
from config.settings import Settings
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding, verdict
from engine.model.trunk import AddressFamily, Trunk, new_trunk
from engine.model.trunk.registration import TrunkRegistration
from sip.dns.resolver import DnsResolver
from tests.peers.certificates import make_pems, server_context
from tests.peers.name_server import name_server
from tests.peers.ports import Ports
from tests.peers.sip_answerer import Answering, SipAnswerer, sip_answerer

REGISTERED = "200 OK\nContact: <sip:ann@127.0.0.1>;expires=300\nExpires: 300"


def trunk_at(port: int, **more: Any) -> Trunk:
    return new_trunk({"name": "carrier-a", "hosts": [f"127.0.0.1:{port}"], **more})


def registering(port: int) -> Trunk:
    return trunk_at(port, auth="register", user="ann", password="pw")


def carrier(register: str = REGISTERED, other: str = "200 OK") -> Answering:
    return lambda request: register if request.startswith("REGISTER") else other


async def found(
    trunk: Trunk, settings: Settings | None = None, stand: Sequence[TrunkRegistration] = (), *, served: bool = False
) -> dict[Subject, TrunkFinding]:
    running = RunningServer({}) if served else None
    findings = [
        each async for each in trunk_findings(trunk, settings or Settings(sip_host="127.0.0.1"), running, stand)
    ]
    return {each.subject: each for each in findings}


def tls_server(folder: Path, *, strict: bool = True) -> tuple[ssl.SSLContext, Path]:
    pems = make_pems(folder, strict=strict)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    return context, pems.ca


async def test_a_trunk_by_address_that_answers_is_well() -> None:
    async with sip_answerer(carrier()) as far_end:
        findings = await found(trunk_at(far_end.port))

    assert findings[Subject.NAME].detail == f"127.0.0.1:{far_end.port} is at 127.0.0.1"
    assert findings[Subject.OPTIONS].outcome is Outcome.OK
    assert "200 OK" in findings[Subject.OPTIONS].detail
    assert findings[Subject.REGISTRATION].outcome is Outcome.NOT_TRIED
    assert verdict("carrier-a", list(findings.values())).ok


async def test_a_trunk_over_ipv6_is_asked_and_registered_from_there() -> None:
    async with sip_answerer(carrier(), host="::1") as far_end:
        trunk = new_trunk(
            {"name": "carrier-a", "hosts": [f"[::1]:{far_end.port}"], "auth": "register", "user": "u", "password": "x"}
        )
        findings = await found(trunk, Settings(sip_host="127.0.0.1, ::1"))

    assert findings[Subject.NAME].detail == f"[::1]:{far_end.port} is at ::1"
    assert findings[Subject.OPTIONS].outcome is Outcome.OK
    assert findings[Subject.REGISTRATION].outcome is Outcome.OK
    assert all(" [::1]:" in each.partition("Via:")[2].partition("\r\n")[0] for each in far_end.requests)


async def test_a_name_is_found_as_calls_find_it() -> None:
    async with sip_answerer(carrier()) as far_end:
        async with name_server(
            f"_sip._udp.carrier.example 60 IN SRV 1 1 {far_end.port} sip.carrier.example.",
            "sip.carrier.example 60 IN A 127.0.0.1",
        ) as dns:
            trunk = new_trunk({"name": "carrier-a", "hosts": ["carrier.example"]})
            asked = DnsResolver(AddressFamily.IPV4, servers=[dns.address])
            settings = Settings(sip_host="127.0.0.1")
            findings = [each async for each in trunk_findings(trunk, settings, None, (), name_servers=asked)]

        assert [(each.subject, each.outcome) for each in findings[:2]] == [
            (Subject.NAME, Outcome.OK), (Subject.OPTIONS, Outcome.OK),
        ]  # fmt: skip
        assert far_end.requests[0].startswith("OPTIONS sip:carrier.example SIP/2.0")


async def test_a_name_without_an_address_is_told_as_that() -> None:
    findings = await found(new_trunk({"name": "carrier-a", "hosts": ["nowhere.invalid"]}))

    assert findings[Subject.NAME].outcome is Outcome.FAULT
    assert "nowhere.invalid" in findings[Subject.NAME].detail
    assert Subject.OPTIONS not in findings


async def test_nobody_at_the_port_is_a_fault_of_the_connection() -> None:
    findings = await found(trunk_at(Ports().one(), transport="tcp"))

    assert findings[Subject.CONNECTION].outcome is Outcome.FAULT
    assert "can't be reached" in findings[Subject.CONNECTION].detail


async def test_options_without_an_answer_is_told_as_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_probe, "ANSWER_S", 0.3)
    async with sip_answerer(carrier(other="")) as far_end:
        findings = await found(trunk_at(far_end.port))

    assert findings[Subject.OPTIONS].outcome is Outcome.FAULT
    assert "did not answer" in findings[Subject.OPTIONS].detail
    assert "firewall" in findings[Subject.OPTIONS].advice


async def test_a_host_in_trouble_is_a_warning() -> None:
    async with sip_answerer(carrier(other="503 Service Unavailable")) as far_end:
        findings = await found(trunk_at(far_end.port))

    assert findings[Subject.OPTIONS].outcome is Outcome.WARNING
    assert "503 Service Unavailable" in findings[Subject.OPTIONS].detail


async def test_where_there_is_an_outbound_proxy_it_is_asked_and_not_the_host() -> None:
    async with sip_answerer(carrier()) as proxy:
        trunk = trunk_at(Ports().one(), outbound_proxy=f"127.0.0.1:{proxy.port}")
        findings = await found(trunk)

    assert findings[Subject.OPTIONS].outcome is Outcome.OK
    assert len(proxy.requests) == 1


async def test_a_certificate_of_another_authority_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    context, _ = tls_server(tmp_path)
    _, other_authority = tls_server(tmp_path / "other")
    async with sip_answerer(carrier(), stream=True, tls=context) as far_end:
        settings = Settings(sip_host="127.0.0.1", tls_ca=other_authority)
        findings = await found(trunk_at(far_end.port, transport="tls"), settings)

    assert findings[Subject.CERTIFICATE].outcome is Outcome.FAULT
    assert "certificate verify failed" in findings[Subject.CERTIFICATE].detail
    assert "TELEFOON_TLS_CA" in findings[Subject.CERTIFICATE].advice


async def test_a_self_signed_certificate_is_a_fault_and_what_to_set_is_told(tmp_path: Path) -> None:
    pems = make_pems(tmp_path, self_signed=True)
    async with sip_answerer(carrier(), stream=True, tls=server_context(pems)) as far_end:
        findings = await found(trunk_at(far_end.port, transport="tls"))

    assert findings[Subject.CERTIFICATE].outcome is Outcome.FAULT
    assert "self-signed certificate" in findings[Subject.CERTIFICATE].detail
    assert "tls_ca" in findings[Subject.CERTIFICATE].advice
    assert far_end.requests == []


async def test_a_certificate_that_nobody_checks_is_a_warning(tmp_path: Path) -> None:
    context, _ = tls_server(tmp_path)
    async with sip_answerer(carrier(), stream=True, tls=context) as far_end:
        findings = await found(trunk_at(far_end.port, transport="tls", tls_verify="off"))

    assert findings[Subject.CERTIFICATE].outcome is Outcome.WARNING
    assert "tls_verify off" in findings[Subject.CERTIFICATE].advice
    assert findings[Subject.OPTIONS].outcome is Outcome.OK


@pytest.mark.parametrize(("strict", "outcome"), [(True, Outcome.OK), (False, Outcome.WARNING)])
async def test_a_trusted_certificate_is_well_unless_strict_programs_refuse_it(
    tmp_path: Path, *, strict: bool, outcome: Outcome
) -> None:
    context, authority = tls_server(tmp_path, strict=strict)
    async with sip_answerer(carrier(), stream=True, tls=context) as far_end:
        settings = Settings(sip_host="127.0.0.1", tls_ca=authority)
        findings = await found(trunk_at(far_end.port, transport="tls"), settings)

    assert findings[Subject.CERTIFICATE].outcome is outcome
    assert f"is for 127.0.0.1 until {tomorrow():%Y-%m-%d}" in findings[Subject.CERTIFICATE].detail


@pytest.mark.sip
async def test_a_registration_is_tried_out_also_of_a_trunk_that_is_not_enabled() -> None:
    async with sip_answerer(carrier()) as far_end:
        trunk = trunk_at(far_end.port, auth="register", user="ann", password="pw", enabled=False)
        findings = await found(trunk)

    assert findings[Subject.REGISTRATION].outcome is Outcome.OK
    assert _registers(far_end)


@pytest.mark.sip
@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("403 Forbidden", "the account is blocked"),
        ("404 Not Found", "registrar"),
        ("423 Interval Too Brief", "expires_s"),
    ],
)
async def test_a_refused_registration_names_the_answer_and_what_to_do(answer: str, advice: str) -> None:
    async with sip_answerer(carrier(register=answer)) as far_end:
        findings = await found(registering(far_end.port))

    told = verdict("carrier-a", list(findings.values()))
    assert findings[Subject.REGISTRATION].outcome is Outcome.FAULT
    assert advice in findings[Subject.REGISTRATION].advice
    assert answer in told.summary
    assert not told.ok


async def test_a_server_that_runs_and_has_registered_tells_instead_of_registering_again() -> None:
    now = datetime.now(UTC)
    stand = [TrunkRegistration("carrier-a", "node", 200, "OK", now, now)]
    async with sip_answerer(carrier()) as far_end:
        findings = await found(registering(far_end.port), stand=stand, served=True)

    assert findings[Subject.REGISTRATION].outcome is Outcome.OK
    assert "running server" in findings[Subject.REGISTRATION].detail
    assert not _registers(far_end)


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def _registers(far_end: SipAnswerer) -> bool:
    return any(request.startswith("REGISTER") for request in far_end.requests)
