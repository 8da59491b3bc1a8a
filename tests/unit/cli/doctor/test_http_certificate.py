"""What the doctor says of the certificate with which the REST interface answers over TLS."""

from pathlib import Path

from api.doctor import http_certificate
from api.doctor.finding import Finding
from config.settings import Settings
from tests.peers.certificates import Pems, make_pems


async def found(pems: Pems, *, key: Path | None = None) -> Finding:
    settings = Settings(http_tls_cert=pems.certificate, http_tls_key=key or pems.key)
    (finding,) = await http_certificate.check(settings, None)
    return finding


async def test_where_a_proxy_speaks_tls_there_is_none() -> None:
    assert await http_certificate.check(Settings(), None) == []


async def test_one_that_is_valid_for_long_is_well(tmp_path: Path) -> None:
    finding = await found(make_pems(tmp_path, days=90))

    assert (finding.ok, finding.advice) == (True, "")
    assert "valid for 89 days more" in finding.detail


async def test_one_that_is_about_to_expire_is_to_be_renewed(tmp_path: Path) -> None:
    finding = await found(make_pems(tmp_path, days=13))

    assert not finding.ok
    assert "valid for 12 days more" in finding.detail
    assert finding.advice.startswith("Renew it")


async def test_one_that_has_expired_is_a_fault(tmp_path: Path) -> None:
    finding = await found(make_pems(tmp_path, expired=True))

    assert not finding.ok
    assert "it has expired" in finding.detail


async def test_a_pair_that_does_not_fit_is_a_fault_although_a_server_shows_the_former_one(tmp_path: Path) -> None:
    first, second = make_pems(tmp_path / "first", days=90), make_pems(tmp_path / "second", days=90)

    finding = await found(first, key=second.key)

    assert not finding.ok
    assert "HTTP can't show the certificate" in finding.detail
    assert "former one" in finding.advice


async def test_what_is_no_certificate_is_a_fault(tmp_path: Path) -> None:
    pems = make_pems(tmp_path, days=90)
    pems.certificate.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    assert not (await found(pems)).ok
