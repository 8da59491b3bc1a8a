"""What a TLS alert is told as, by its number or by OpenSSL's words for it."""

import pytest

from sip.tls_faults import tls_fault


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The library has noted no fault of any host, unless a test does."""
    noted: dict[str, str] = {}
    monkeypatch.setattr("sip.tls_faults.pj.tls_fault", lambda host: noted.get(host, ""))
    return noted


@pytest.mark.parametrize("told", ["Unknown error 495040", "sslv3 alert handshake failure"])
def test_an_alert_is_told_in_words_of_ours_however_the_library_tells_it(told: str) -> None:
    assert tls_fault("a.example", told).startswith("TLS: the far end refuses us: handshake failure")


def test_what_is_no_alert_is_told_as_it_is() -> None:
    assert tls_fault("a.example", "Connection timed out") == "Connection timed out"


def test_a_host_that_closes_before_it_has_said_anything_may_want_a_certificate(nothing_noted: dict[str, str]) -> None:
    nothing_noted["a.example"] = "TLS: End of file (PJ_EEOF)"

    assert "tls_certificate" in tls_fault("a.example", "503")


def test_a_host_that_closes_after_it_has_spoken_wants_no_certificate() -> None:
    assert tls_fault("a.example", "End of file (PJ_EEOF)") == "TLS: the far end has closed the connection"
