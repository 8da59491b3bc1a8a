"""What a start can know will not work is said at once."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from api.node.cautions import cautions
from config.settings import Settings
from config.speech_server import SpeechServerSettings
from engine.model.trunk import new_trunk
from tests.unit.cli.conftest import Run

PEM = Path("/etc/telefoon/node.pem")
SERVER = SpeechServerSettings(url="http://10.0.0.5:8880/v1/audio/speech", voice="anna")


@pytest.mark.parametrize(
    ("settings", "urls", "told"),
    [
        (Settings(), [], ["No trunk is set"]),
        (Settings(trunk="sip:sip.carrier.example"), [], ["SIP listens on 127.0.0.1 alone"]),
        (
            Settings(trunk="sip:192.0.2.1", sip_host="::1"),
            [],
            ["Trunk default is reached over IPv4 alone", "SIP listens on"],
        ),
        (Settings(trunk="sip:127.0.0.1:5080"), [], []),
        (Settings(trunk="sip:[::1]:5080"), [], ["Trunk default is reached over IPv6 alone"]),
        (Settings(trunk="sip:[::1]:5080", sip_host="127.0.0.1 ::1"), [], []),
        (Settings(trunk="sip:127.0.0.1;transport=tls"), [], []),
        (Settings(trunk="sip:127.0.0.1", http_host="0.0.0.0"), [], ["HTTP listens on 0.0.0.0 without TLS"]),
        (Settings(trunk="sip:127.0.0.1", http_host="2001:db8::1"), [], ["HTTP listens on 2001:db8::1 without TLS"]),
        (Settings(trunk="sip:127.0.0.1", http_host="::1"), [], []),
        (Settings(trunk="sip:127.0.0.1", http_host="localhost"), [], []),
        (Settings(trunk="sip:127.0.0.1", http_host="0.0.0.0", http_tls_cert=PEM, http_tls_key=PEM), [], []),
        (Settings(trunk="sip:127.0.0.1", http_host="0.0.0.0", trusted_proxies=[ip_network("10.0.0.0/8")]), [], []),
        (
            Settings(trunk="sip:127.0.0.1;transport=tls", trunk_tls_verify="off"),
            [],
            ["Trunk default takes any certificate"],
        ),
        (Settings(trunk="sip:192.0.2.1", sip_host="0.0.0.0"), [], []),
        (
            Settings(trunk="sip:127.0.0.1"),
            ["http://10.0.0.1/x?secret=1"],
            ["http://10.0.0.1/x would not be asked"],
        ),
        (Settings(trunk="sip:127.0.0.1"), ["http://localhost/"], ["http://localhost/ would not be asked"]),
        (Settings(trunk="sip:127.0.0.1", egress_allow=[ip_network("127.0.0.0/8")]), ["http://localhost/"], []),
        (Settings(trunk="sip:127.0.0.1"), ["https://shop.example/voice"], []),
        (
            Settings(trunk="sip:127.0.0.1", tts_servers={"nl": SERVER}),
            [],
            ["The speech server at 10.0.0.5 is never asked"],
        ),
        (Settings(trunk="sip:127.0.0.1", tts_servers={"nl": SERVER}, tts_engines={"nl-NL": ["server"]}), [], []),
    ],
)
def test_each_caution_names_what_to_set(settings: Settings, urls: list[str], told: list[str]) -> None:
    found = list(cautions(settings, urls))

    assert [each.startswith(begin) for each, begin in zip(found, told, strict=True)] == [True] * len(told)
    assert all("TELEFOON_" in each for each in found)


def test_a_trunk_that_is_known_by_its_certificate_needs_one_of_ours() -> None:
    trunk = new_trunk({"name": "carrier", "hosts": ["127.0.0.1"], "transport": "tls", "known_by": "tls"})

    (told,) = cautions(Settings(), trunks=[trunk])

    assert told.startswith("Trunk carrier is known by its certificate")
    assert list(cautions(Settings(tls_cert=PEM, tls_key=PEM), trunks=[trunk])) == []


def test_a_number_whose_webhook_would_not_be_asked_is_added_with_a_warning(telefoon: Run) -> None:
    added = telefoon("numbers", "add", "+3225550100", "--account", "demo", "--url", "http://10.0.0.1/start")

    assert added.exit_code == 0
    assert "http://10.0.0.1/start would not be asked" in added.stderr
    assert "TELEFOON_EGRESS_ALLOW" in added.stderr


def test_a_number_that_is_taken_leaves_no_account_behind(telefoon: Run) -> None:
    telefoon("numbers", "add", "+3225550100", "--account", "demo")

    again = telefoon("numbers", "add", "+3225550100", "--account", "other")

    assert again.exit_code == 1
    assert "other" not in telefoon("accounts", "list").stdout


PROXIES = {"sip_proxies": [ip_network("127.0.0.5/32")], "sip_proxy_address": "203.0.113.5:5060"}
BY_CERTIFICATE = {"transport": "tls", "known_by": "tls"}
REGISTERS = {"auth": "register", "user": "me", "password": "secret"}


@pytest.mark.parametrize(
    ("settings", "fields", "told"),
    [
        ({"sip_proxy_address": "203.0.113.5:5060"}, {}, "TELEFOON_SIP_PROXIES nobody"),
        (PROXIES, {}, ""),
        (PROXIES, REGISTERS, "Set its outbound_proxy to the proxy's inside address."),
        (PROXIES, {**REGISTERS, "outbound_proxy": "127.0.0.5"}, ""),
        ({**PROXIES, "tls_cert": PEM, "tls_key": PEM}, BY_CERTIFICATE, "Set its known_by to address or digest"),
    ],
)
def test_what_does_not_go_together_with_a_proxy_before_the_node_is_said(
    settings: dict[str, object], fields: dict[str, str], told: str
) -> None:
    trunk = new_trunk({"name": "carrier", "hosts": ["127.0.0.1"], **fields})

    found = list(cautions(Settings.model_validate(settings), trunks=[trunk]))

    assert bool(found) is bool(told)
    assert told in "".join(found)
