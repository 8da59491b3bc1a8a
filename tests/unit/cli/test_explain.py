"""`telefoon explain`: the fate of an INVITE, told by the rule that decides it."""

import json
from pathlib import Path

import pytest
from cryptography.x509 import DNSName

from tests.peers.certificates import make_pems
from tests.peers.digest import authorization
from tests.unit.cli.conftest import Run

INVITE = """INVITE sip:{called}@198.51.100.1 SIP/2.0
Via: SIP/2.0/UDP {via};branch=z9hG4bK1
From: <sip:+3225550199@carrier.example>;tag=1
To: <sip:{to}@198.51.100.1>
Call-ID: 1@carrier.example
CSeq: 1 INVITE
Contact: <sip:carrier.example>
Content-Type: application/sdp

v=0
o=- 1 1 IN IP4 192.0.2.10
s=-
c=IN IP4 192.0.2.10
t=0 0
m=audio 4000 RTP/AVP {formats}
"""


@pytest.fixture
def invite(tmp_path: Path, telefoon: Run) -> "Invite":
    telefoon("keys", "create", "--account", "demo")
    telefoon("numbers", "add", "+3225550100", "--account", "demo", "--url", "https://shop.example/voice")
    telefoon("trunks", "add", "carrier-a", "--host", "192.0.2.10")
    return Invite(tmp_path / "invite.txt")


class Invite:
    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(
        self, called: str = "+3225550100", *, to: str = "", via: str = "192.0.2.10:5060", formats: str = "8"
    ) -> Path:
        self._file.write_text(INVITE.format(called=called, to=to or called, via=via, formats=formats))
        return self._file


def test_what_becomes_a_call_is_told_with_its_trunk_its_account_and_its_flow(telefoon: Run, invite: Invite) -> None:
    told = telefoon("explain", invite())

    assert told.exit_code == 0, told.stderr
    assert "192.0.2.10:5060 is an address of the trunk carrier-a" in told.stdout
    assert "+3225550100 belongs to the account demo" in told.stdout
    assert "https://shop.example/voice" in told.stdout
    assert "It would become a call" in told.stdout


def test_a_call_over_ipv6_is_told_with_its_trunk_and_one_that_describes_sound_over_ipv4_is_refused(
    telefoon: Run, invite: Invite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEFOON_SIP_HOST", "127.0.0.1, ::1")
    telefoon("trunks", "add", "carrier-six", "--host", "[2001:db8::10]")
    file = invite(via="[2001:db8::10]:5060")
    over_ipv4 = telefoon("explain", file)
    file.write_text(file.read_text().replace("IN IP4 192.0.2.10", "IN IP6 2001:db8::10"))
    over_ipv6 = telefoon("explain", file)

    assert over_ipv4.exit_code == 1
    assert "No address of a family that is spoken here" in over_ipv4.stdout
    assert over_ipv6.exit_code == 0, over_ipv6.stdout
    assert "[2001:db8::10]:5060 is an address of the trunk carrier-six" in over_ipv6.stdout


@pytest.mark.parametrize("called", ["003225550100", "3225550100"])
def test_a_number_is_found_as_carriers_write_it(telefoon: Run, invite: Invite, called: str) -> None:
    assert f"{called} is the number +3225550100" in telefoon("explain", invite(called)).stdout


def test_a_trunks_own_rules_decide_what_is_read_and_taken(telefoon: Run, invite: Invite) -> None:
    rules = ("--set", "received=national;country_code=32;trunk_prefix=0", "--set", "codecs=PCMU")
    telefoon("trunks", "set", "carrier-a", *rules)

    assert "025550100 is the number +3225550100" in telefoon("explain", invite("025550100", formats="0")).stdout
    assert "It would be answered with 488" in telefoon("explain", invite("025550100", formats="8")).stdout


def test_the_number_in_to_counts_where_the_trunk_itself_is_called(telefoon: Run, invite: Invite) -> None:
    told = telefoon("explain", invite("trunk-user", to="+3225550100"))

    assert "+3225550100 is the number +3225550100" in told.stdout


def test_a_number_that_no_account_has_is_404(telefoon: Run, invite: Invite) -> None:
    told = telefoon("explain", invite("+3225550111"))

    assert told.exit_code == 1
    assert "It would be answered with 404, by the rule number" in told.stdout
    assert "no account has +3225550111" in told.stdout


def test_a_stranger_hears_nothing_by_the_address_that_is_given(telefoon: Run, invite: Invite) -> None:
    told = telefoon("explain", invite(), "--source", "203.0.113.9")

    assert told.exit_code == 1
    assert "It would be answered with nothing, by the rule source: 203.0.113.9:5060" in told.stdout


def test_a_stranger_is_403_where_the_settings_have_strangers_refused(
    telefoon: Run, invite: Invite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEFOON_SIP_STRANGERS", "refuse")

    told = telefoon("explain", invite(), "--source", "203.0.113.9")

    assert "It would be answered with 403, by the rule source: 203.0.113.9:5060" in told.stdout


def test_an_address_that_is_allowed_needs_no_trunk(
    telefoon: Run, invite: Invite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEFOON_SIP_ALLOW", "203.0.113.0/24")

    told = telefoon("explain", invite(), "--source", "203.0.113.9")

    assert "203.0.113.9:5060 is allowed by TELEFOON_SIP_ALLOW" in told.stdout
    assert told.exit_code == 0


def test_a_trunk_that_takes_no_calls_does_not_vouch_for_its_address(telefoon: Run, invite: Invite) -> None:
    telefoon("trunks", "set", "carrier-a", "--auth", "none")

    assert "answered with nothing" in telefoon("explain", invite()).stdout


def test_an_offer_without_a_codec_in_common_is_488(telefoon: Run, invite: Invite) -> None:
    told = telefoon("explain", invite(formats="97\na=rtpmap:97 AMR/8000"), "--json")

    decisions = json.loads(told.stdout)["decisions"]
    assert decisions == [{"rule": "message", "detail": "No codec in common", "answer": 488}]


@pytest.mark.parametrize(
    ("text", "told"),
    [("BYE sip:a@b SIP/2.0\n\n", "this is no INVITE"), ("INVITE sip:a@b SIP/2.0\nVia: x\n\n", "it has no From")],
)
def test_what_is_no_invite_is_told_as_that(telefoon: Run, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "text").write_text(text)

    assert told in telefoon("explain", tmp_path / "text").stdout


@pytest.mark.parametrize(
    ("via", "source"), [("carrier.example", "carrier.example:5060"), ("10.0.0.1;received=192.0.2.10", "")]
)
def test_the_source_is_the_vias_address_and_must_be_one(telefoon: Run, invite: Invite, via: str, source: str) -> None:
    told = telefoon("explain", invite(via=via))

    if source:
        assert told.exit_code == 2
        assert f"{source} is no address; give --source" in told.stderr
    else:
        assert "192.0.2.10:5060 is an address of the trunk" in told.stdout


def test_a_file_that_is_not_there_is_told(telefoon: Run, tmp_path: Path) -> None:
    assert "can't be read" in telefoon("explain", tmp_path / "none").stderr


def test_a_number_of_a_range_is_of_its_account(telefoon: Run, invite: Invite) -> None:
    telefoon("numbers", "add", "+3225551xxx", "--account", "demo", "--url", "https://shop.example/range")

    told = telefoon("explain", invite("+3225551042")).stdout

    assert "+3225551042 is the number +3225551042" in told
    assert "https://shop.example/range" in told


def test_a_number_that_nobody_has_is_taken_by_the_trunks_default(telefoon: Run, invite: Invite) -> None:
    telefoon("trunks", "set", "carrier-a", "--set", "default_number=+3225550100")

    told = telefoon("explain", invite("+3225559999")).stdout

    assert "nobody has it, and +3225550100 takes such calls (default_number of carrier-a)" in told
    assert "It would become a call" in told


def with_header(file: Path, header: str) -> Path:
    file.write_text(file.read_text().replace("CSeq:", f"{header}\nCSeq:"))
    return file


def test_who_is_known_by_user_and_password_is_told_by_these(telefoon: Run, invite: Invite, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse")
    given = ("--host", "192.0.2.20", "--set", "known_by=digest", "--user", "pbx", "--password-file", password)
    telefoon("trunks", "add", "exchange", *given)
    challenge = {"realm": "telefoon", "nonce": "1", "algorithm": "SHA-256"}
    stranger, uri = "203.0.113.9:5060", "sip:+3225550100@198.51.100.1"

    asked = telefoon("explain", invite(via=stranger))
    wrong = telefoon("explain", with_header(invite(via=stranger), authorization(challenge, uri, "pbx", "guessed")))
    right = telefoon(
        "explain", with_header(invite(via=stranger), authorization(challenge, uri, "pbx", "correct horse"))
    )

    assert (asked.exit_code, wrong.exit_code, right.exit_code) == (1, 1, 0)
    assert "with 401" in asked.stdout
    assert "it is asked for user and password, by which the trunk exchange would be known" in asked.stdout
    assert "it has not the user and the password of the trunk exchange" in wrong.stdout
    assert "it has the user and the password of the trunk exchange, which takes the call" in right.stdout


def test_who_is_known_by_a_certificate_is_told_by_its_name(telefoon: Run, invite: Invite, tmp_path: Path) -> None:
    theirs = make_pems(tmp_path / "theirs", names=[DNSName("sip.carrier.example")])
    others = make_pems(tmp_path / "others", names=[DNSName("sip.carrier.example")])
    given = ("--transport", "tls", "--set", "known_by=tls", "--set", f"tls_ca={theirs.ca}")
    telefoon("trunks", "add", "carrier-b", "--host", "sip.carrier.example", *given)
    file = invite(via="203.0.113.9:5061")

    without = telefoon("explain", file)
    right = telefoon("explain", file, "--certificate", theirs.certificate)
    wrong = telefoon("explain", file, "--certificate", others.certificate)

    assert (without.exit_code, right.exit_code, wrong.exit_code) == (1, 0, 1)
    assert "the trunk carrier-b would be known by a certificate: give --certificate FILE" in without.stdout
    assert "its certificate is for a host of the trunk carrier-b, which takes the call" in right.stdout
    assert "with nothing" in wrong.stdout
