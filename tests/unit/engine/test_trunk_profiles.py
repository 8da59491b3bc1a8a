"""Profiles of trunks: each names its document and day, and makes a trunk; a wrong one says where."""

import pytest

from engine.errors import InvalidField, SetupError
from engine.model.trunk import Trunk, new_trunk
from engine.model.trunk.profiles import TrunkProfile, profiles, read_profile, with_profile

PROFILES = profiles()
ABROAD = "+12125550123"
AT_HOME = {
    "": "+3225550199",
    "at": "+4315550199",
    "be": "+3225550199",
    "ch": "+41445550199",
    "de": "+493023125001",
    "es": "+34911234567",
    "fr": "+33123456789",
    "gb": "+441632960001",
    "it": "+390612345678",
    "nl": "+31205550142",
}
FACTS = """
title = "A carrier"
country = "be"
document = "A document"
checked = "the page"
date = 2026-11-29
"""


def a_trunk(profile: str) -> Trunk:
    given = {"name": "a", "hosts": ["carrier.example"], "user": "ann", "password": "pw", "profile": profile}
    return new_trunk(with_profile(given))


def test_there_are_carriers_of_nine_countries_and_equipment_of_three_kinds() -> None:
    assert len(PROFILES) >= 12
    assert {"at", "be", "ch", "de", "es", "fr", "gb", "it", "nl"} <= {each.country for each in PROFILES.values()}
    assert {"fritzbox-extension", "asterisk-peer", "sbc-tls-options"} <= set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_names_what_it_follows_and_sets_what_every_trunk_needs(profile: TrunkProfile) -> None:
    assert profile.title
    assert profile.document
    assert profile.checked
    assert {"transport", "auth", "codecs", "dtmf"} <= set(profile.fields)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_a_trunk_where_the_rest_is_given(profile: str) -> None:
    trunk = a_trunk(profile)

    for field, value in PROFILES[profile].fields.items():
        assert getattr(trunk, field) == Trunk.table()[field].kind.read(value)


@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_are_read_back_from_how_the_profile_writes_them(profile: str) -> None:
    trunk = a_trunk(profile)

    for number in (AT_HOME[PROFILES[profile].country], ABROAD, "112"):
        for rule in (trunk.called, trunk.caller):
            assert rule.read(rule.write(number, "carrier.example")) == number


@pytest.mark.parametrize(
    ("profile", "called"),
    [
        ("de-national", "sip:03023125001@carrier.example"),
        ("de-international-asserted", "sip:00493023125001@carrier.example"),
        ("at-bare", "sip:493023125001@carrier.example"),
        ("at-national", "sip:00493023125001@carrier.example"),
        ("gb-ip-national-called", "sip:00493023125001@carrier.example;user=phone"),
        ("it-national", "sip:00493023125001@carrier.example"),
        ("sbc-tls-options", "sip:+493023125001@carrier.example"),
    ],
)
def test_a_number_in_berlin_is_called_as_each_carrier_wants_it(profile: str, called: str) -> None:
    assert a_trunk(profile).called.write("+493023125001", "carrier.example") == called


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("sip.carrier.example", "sip.carrier.example:55060"),
        ("sip.carrier.example:5080", "sip.carrier.example:5080"),
        ({"host": "2001:db8::1", "priority": 2}, "[2001:db8::1]:55060"),
    ],
)
def test_a_host_without_a_port_has_that_of_the_profile(host: object, address: str) -> None:
    given = {"name": "a", "hosts": [host], "user": "ann", "password": "pw", "profile": "de-national"}

    assert new_trunk(with_profile(given)).hosts[0].address == address


def test_a_host_that_is_none_is_told_beside_a_profile_too() -> None:
    with pytest.raises(InvalidField, match="a host is 'not a host'"):
        new_trunk(with_profile({"name": "a", "hosts": ["not a host"], "profile": "sbc-tls-options"}))


def test_what_is_given_goes_before_a_profile() -> None:
    assert with_profile({"profile": "sbc-tls-options", "srtp": "off"})["srtp"] == "off"


def test_a_profile_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InvalidField, match="asterisk"):
        with_profile({"profile": "odd"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "x.toml is no TOML"),
        ("title = 'A'", "x.toml: country must be a str. A profile has title, country, document, checked, date."),
        (f"{FACTS}colour = 1", "x.toml: colour is unknown; allowed are title, country, document, checked, date, trunk"),
        (f"{FACTS}[trunk]\ntransprot = 'udp'", "x.toml: trunk.transprot is unknown; allowed are name, enabled"),
        (f"{FACTS}[trunk]\ntransport = 'sctp'", "x.toml: trunk.transport: 'sctp' is not one of udp, tcp, tls."),
        (f"{FACTS}[trunk]\nport = 0", "x.toml: trunk.port: 0 is not allowed; give 1 to 65535."),
        (f"{FACTS}[trunk]\ncodecs = ['GSM']", "x.toml: trunk.codecs: 'GSM' is none; give any of opus, G722"),
        (f"{FACTS}[trunk.called]\nformat = 'e164'", "x.toml: trunk.called: there is no format; there are form"),
        (f"{FACTS}[trunk.called]\nform = 'local'", "x.toml: trunk.called: form: 'local' is not one of e164, bare"),
        (f"{FACTS}[trunk.called]\nform = 'national'", "x.toml: trunk.called: The national form needs the country code"),
        (f"trunk = 1\n{FACTS}", "x.toml: trunk is 1; it is a table, [trunk]."),
    ],
)  # fmt: skip
def test_a_wrong_profile_says_which_file_which_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_profile("x.toml", text)

    assert str(caught.value).startswith(said)
