"""A trunk's fields: each says what it takes, and is named where it is given something else."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidField
from engine.model.trunk import Srtp, Transport, Trunk, TrunkHost, changed_trunk, new_trunk, trunk_at
from engine.model.trunk.hosts import read_host
from engine.model.trunk.number_rules import in_words
from engine.model.trunk.reading import worded, written_trunk
from engine.model.trunk.reference import tables
from engine.page_tables import renewed

HOSTS = ["sip.carrier.example"]
WRONG: dict[str, list[Any]] = {
    "name": ["", "Carrier", "a b", "-a", "a" * 65, 7],
    "enabled": ["yes", 1, None],
    "priority": [-1, 65536, "1", True],
    "weight": [-1, 65536, 1.5],
    "emergency": ["yes", 1, None],
    "hosts": [
        [], "sip.carrier.example", ["a"] * 17, ["a b"], ["sip:a"], ["a:0"], ["a:65536"], ["::1"], ["a;cost=1"],
        [{"port": 5060}], [{"host": "a", "cost": 1}], [{"host": "a", "port": "5060"}], [{"host": "a/b"}], [7],
        [{"host": "a", "priority": -1}], [{"host": "a", "weight": 65536}], ["a" * 254],
    ],
    "transport": ["sctp", "UDP", None, 1],
    "address_family": ["ip4", "IPv6", None, 6],
    "sips": ["yes"],
    "tls_ca": ["ca.pem", "/a\nb", 7],
    "tls_verify": ["no", True, None],
    "digest_algorithms": ["sha256", "MD5", None],
    "known_by": ["ip", "password", True, None],
    "tls_certificate": ["cert.pem", "/a\nb"],
    "tls_key": ["key.pem", "/a\nb"],
    "uri_parameters": [";x", "x=", "x y", "x=1;", "x>"],
    "called": [
        7, "local", "national", "e164;colour=red", {"form": "national", "country_code": 32}, {"user_phone": "yes"},
        {"prefix": "a"}, {"scheme": "sips"}, {"international_prefix": ""},
    ],
    "caller": ["e164;country_code=0", "e164;user_phone=maybe"],
    "received": ["e164;scheme=tel", {"form": None}],
    "default_number": ["3225550100", "+0", "+32x", 32],
    "outbound_proxy": ["sip:proxy", "a b", "proxy:port", "a;lr"],
    "public_address": ["sip.example", "192.0.2.300", "1:2", 7],
    "auth": ["digest", True],
    "user": ["a\"b", "a\nb", "a" * 256],
    "password": ["p" * 256, "a\nb", 12345],
    "registrar": ["sip:registrar", "a b", "a@b"],
    "register_at": ["all", "EACH", True],
    "expires_s": [59, 86401, "300"],
    "retry_s": [4, 3601],
    "keep_alive": ["yes", None],
    "keep_alive_s": [4, 3601, "15"],
    "max_calls_out": [-1, 100_001, "2"],
    "max_calls_in": [-1, 100_001, True],
    "max_cps_out": [-1, 1.5],
    "max_cps_in": [-1, None],
    "from_user": ["a b", "a@b", "é"],
    "from_host": ["a b", "a:5060", "a>"],
    "from_is_user": ["yes", 1],
    "identity_header": ["PAI", "p-asserted-identity", True],
    "country": ["BE", "b", "bel", 7],
    "hides_caller": ["yes"],
    "follows_redirects": ["yes", 1],
    "replaces": ["yes"],
    "keeps_from": [0],
    "trusts_identity": [None],
    "diversion": ["Diversion", "yes", None],
    "headers": [
        "X-A: 1", ["X-A"], ["X A: 1"], ["X-A: 1\r\nX-B: 2"], ["Via: a"], ["f: <sip:a@b>"], ["Content-Type: text/plain"],
        ["P-Asserted-Identity: <sip:a@b>"], ["Diversion: <sip:a@b>"], ["X-A: " + "a" * 1024], ["X-A: 1"] * 21, [7],
    ],
    "received_headers": ["X-A", ["X A"], ["*"], ["X-*-B"], ["Route"], ["content-type"], ["X-A"] * 21, [7]],
    "stir": ["yes", True],
    "stir_key": ["key.pem", "/a\nb"],
    "stir_certificate_url": ["http://a.example/c.pem", "https://", "https://a b"],
    "stir_invalid": ["drop", True],
    "stir_missing": ["428"],
    "codecs": ["PCMA", ["GSM"], ["PCMA", "pcma"], [8]],
    "ptime_ms": [10, 25, "20", True],
    "maxptime_ms": [10, 50, None],
    "dtmf": ["rfc2833", "auto ", None],
    "dtmf_payload_type": [-1, 128, "101", True],
    "rtp_source": ["any", 0],
    "ice": ["full", True],
    "hold": ["recvonly", "Music", None, 0],
    "t38": ["relay", "Pass", None, True],
    "srtp": ["on", True],
    "reliable_provisionals": ["on", True],
    "early_media": ["yes", True],
    "srtp_keying": ["mikey", None],
    "session_timers": ["on"],
    "session_expires_s": [-1, 86401, 1],
    "session_min_s": [89, 86401, "90"],
    "session_refresher": ["us", None],
    "redirects": ["no"],
    "timeout_s": [0.9, 32.1, "4", True],
}  # fmt: skip


def a_trunk(**fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": HOSTS, **fields})


def test_each_field_has_a_sentence_and_is_tried_with_what_it_refuses() -> None:
    assert set(WRONG) == set(Trunk.table())
    assert all(facts.help.endswith(".") and facts.kind.allowed for facts in Trunk.table().values())


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_what_is_wrong_is_told_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidField) as refused:
        a_trunk(**{field: value})

    assert refused.value.field == field


def test_a_wrong_password_is_in_no_error() -> None:
    with pytest.raises(InvalidField) as refused:
        a_trunk(user="ann", password="s3cret\x07")

    assert "s3cret" not in str(refused.value)


def test_a_password_is_neither_shown_nor_written() -> None:
    trunk = a_trunk(user="ann", password="s3cret")

    assert "s3cret" not in repr(trunk)
    assert "password" not in written_trunk(trunk)


@pytest.mark.parametrize(("given", "missing"), [({"name": "a"}, "hosts"), ({"hosts": HOSTS}, "name")])
def test_a_trunk_needs_a_name_and_a_host(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(InvalidField, match="is missing") as refused:
        new_trunk(given)

    assert refused.value.field == missing


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"auth": "register"}, "user"),
        ({"auth": "register", "user": "ann"}, "password"),
        ({"password": "s3cret"}, "user"),
        ({"sips": True}, "sips"),
        ({"address_family": "ipv4", "hosts": ["192.0.2.1", "[2001:db8::1]:5070"]}, "hosts"),
        ({"address_family": "ipv6", "registrar": "192.0.2.1:5060"}, "registrar"),
        ({"address_family": "ipv6", "outbound_proxy": "192.0.2.1"}, "outbound_proxy"),
        ({"address_family": "ipv6", "public_address": "192.0.2.1"}, "public_address"),
        ({"registrar": "carrier.example:70000"}, "registrar"),
        ({"register_at": "each", "registrar": "carrier.example"}, "registrar"),
        ({"ptime_ms": 40, "maxptime_ms": 30}, "maxptime_ms"),
        ({"t38": "pass", "srtp": "optional", "srtp_keying": "dtls"}, "t38"),
        ({"dtmf_payload_type": 95}, "dtmf_payload_type"),
        ({"ice": "lite", "rtp_source": "signalled"}, "rtp_source"),
        ({"dtmf_payload_type": 101, "dtmf": "inband"}, "dtmf_payload_type"),
        ({"from_is_user": True}, "user"),
        ({"session_expires_s": 89}, "session_expires_s"),
        ({"session_expires_s": 90, "session_min_s": 120}, "session_min_s"),
        ({"transport": "tls", "tls_key": "/key.pem"}, "tls_key"),
        ({"tls_certificate": "/cert.pem", "tls_key": "/key.pem"}, "tls_key"),
        ({"tls_ca": "/ca.pem"}, "tls_ca"),
        ({"tls_verify": "off"}, "tls_verify"),
        ({"known_by": "tls"}, "known_by"),
        ({"known_by": "tls", "transport": "tls", "tls_verify": "off"}, "known_by"),
        ({"known_by": "digest"}, "known_by"),
        ({"digest_algorithms": "md5"}, "digest_algorithms"),
        ({"known_by": "digest", "user": "ann"}, "known_by"),
        ({"known_by": "digest", "user": "ann", "password": "x", "auth": "none"}, "known_by"),
        ({"transport": "tls", "tls_ca": "/ca.pem", "tls_verify": "off"}, "tls_verify"),
        ({"stir": "sign", "stir_certificate_url": "https://a.example/c.pem"}, "stir_key"),
        ({"stir": "both", "stir_key": "/key.pem"}, "stir_certificate_url"),
        ({"called": "e164;scheme=tel"}, "outbound_proxy"),
        ({"called": "e164;user_phone=yes", "uri_parameters": "user=phone"}, "uri_parameters"),
    ],
)
def test_what_does_not_go_together_is_told_with_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        a_trunk(**given)

    assert refused.value.field == field


def test_a_field_that_there_is_not_is_told_with_the_one_that_is_meant() -> None:
    with pytest.raises(InvalidField, match="is priority meant"):
        a_trunk(prioritty=1)


def test_a_trunk_keeps_its_name() -> None:
    with pytest.raises(InvalidField, match="keeps its name"):
        changed_trunk(a_trunk(), {"name": "other"})


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("10.0.0.1", TrunkHost("10.0.0.1")),
        ("sip.carrier.example:5070", TrunkHost("sip.carrier.example", 5070)),
        ("[2001:db8::1]:5061;priority=10;weight=60", TrunkHost("2001:db8::1", 5061, 10, 60)),
        ("a;weight=0", TrunkHost("a", weight=0)),
    ],
)
def test_a_host_is_read_and_written(text: str, host: TrunkHost) -> None:
    assert read_host(text) == host
    assert str(host) == text


ORDER = st.integers(0, 65535)


@given(
    st.builds(
        TrunkHost,
        st.sampled_from(["a", "sip.carrier.example", "10.0.0.1", "2001:db8::1"]),
        st.none() | st.integers(1, 65535),
        ORDER,
        ORDER,
    )
)
def test_whatever_a_host_is_its_text_says(host: TrunkHost) -> None:
    assert read_host(str(host)) == host


@given(st.text(max_size=20))
def test_whatever_a_host_is_written_as_it_is_read_or_told(text: str) -> None:
    try:
        host = read_host(text)
    except ValueError as told:
        read = str(told)
    else:
        read = host.host

    assert read


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("enabled", "no", False),
        ("priority", "7", 7),
        ("hosts", "a,b:5070", ["a", "b:5070"]),
        ("transport", "tls", "tls"),
        ("timeout_s", "2.5", 2.5),
        ("expires_s", "soon", "soon"),
        ("codecs", "pcma,PCMU", ["pcma", "PCMU"]),
        ("ptime_ms", "30", 30),
    ],
)
def test_a_word_of_the_command_line_means_what_json_says(field: str, text: str, value: object) -> None:
    assert worded(field, text) == value


def test_what_is_written_is_read_as_the_same_trunk() -> None:
    trunk = a_trunk(srtp="optional", hosts=["a;priority=1", "[::1]:5070"], timeout_s=2)

    assert new_trunk(written_trunk(trunk)) == trunk


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("e164", {}),
        ("user_phone=yes", {"user_phone": True}),
        ("national;country_code=32;trunk_prefix=0", {"form": "national", "country_code": "32", "trunk_prefix": "0"}),
        ("bare;prefix=7001#;scheme=tel", {"form": "bare", "prefix": "7001#", "scheme": "tel"}),
    ],
)
def test_a_rule_for_numbers_is_given_as_text_or_field_by_field(text: str, table: dict[str, Any]) -> None:
    trunk = a_trunk(called=text, outbound_proxy="proxy.example")

    assert trunk == a_trunk(called=table, outbound_proxy="proxy.example")
    assert new_trunk(written_trunk(trunk)) == trunk
    assert a_trunk(called=in_words(written_trunk(trunk)["called"]), outbound_proxy="proxy.example") == trunk


def test_one_address_makes_a_trunk() -> None:
    trunk = trunk_at("sips:me@[::1]:5071;user=phone", srtp=Srtp.REQUIRED)

    assert (trunk.hosts, trunk.transport, trunk.sips) == ((TrunkHost("::1", 5071),), Transport.TLS, True)
    assert (trunk.uri_parameters, trunk.srtp) == ("user=phone", Srtp.REQUIRED)


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(InvalidField, match="sip:"):
        trunk_at("sip:")


@pytest.mark.promise
def test_the_page_has_the_tables_of_the_product() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/trunks.md").read_text("utf-8")

    assert renewed(page, tables()) == page, "renew it: python -m engine.model.trunk.reference docs/trunks.md"
