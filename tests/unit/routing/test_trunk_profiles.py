"""Profiles of trunks: each names its document and day, and works in both directions; a wrong one says where."""

import pytest

from engine.errors import SetupError
from engine.routing.caller_identity import IdentityStyle, ShownCaller, identity_headers, received_caller
from engine.routing.trunk_profiles import TrunkProfile, load_profiles, read_profile

PROFILES = load_profiles()
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


def style(profile: TrunkProfile) -> IdentityStyle:
    user = "acct7" if profile.from_is_user else None
    return IdentityStyle("carrier.example", profile.caller, profile.header, user, profile.keeps_from)


def test_there_are_carriers_of_nine_countries_and_equipment_of_three_kinds() -> None:
    assert len(PROFILES) >= 12
    assert {"at", "be", "ch", "de", "es", "fr", "gb", "it", "nl"} <= {each.country for each in PROFILES.values()}
    assert {"fritzbox-extension", "asterisk-peer", "sbc-tls-options"} <= set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_names_what_it_follows_and_sets_what_every_trunk_needs(profile: TrunkProfile) -> None:
    assert profile.title
    assert profile.document
    assert profile.checked
    assert {"transport", "auth", "codecs", "dtmf"} <= set(profile.trunk)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_called_number_is_read_back_from_how_the_profile_writes_it(profile: TrunkProfile) -> None:
    for number in (AT_HOME[profile.country], ABROAD, "112"):
        assert profile.called.read(profile.called.write(number, "carrier.example")) == number


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_shows_and_hides_the_caller(profile: TrunkProfile) -> None:
    own = AT_HOME[profile.country]

    shown = identity_headers(ShownCaller(own), {own}, style(profile))
    hidden = identity_headers(ShownCaller(own, "Alice", hidden=True), {own}, style(profile))

    assert profile.caller.read(profile.caller.write(own, "carrier.example")) == own
    assert own[-6:] not in hidden.from_address or profile.keeps_from
    assert received_caller({"From": hidden.from_address, **dict(hidden.others)}, style(profile)).hidden
    assert "acct7" in shown.from_address or own[-6:] in shown.from_address


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
    assert PROFILES[profile].called.write("+493023125001", "carrier.example") == called


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "x.toml is no TOML"),
        ("title = 'A'", "x.toml: country must be a str. A profile has title, country, document, checked, date."),
        (f"{FACTS}colour = 1", "x.toml: colour is unknown; allowed are title, country, document, checked, date, trunk"),
        (f"{FACTS}[trunk]\ntransprot = 'udp'", "x.toml: trunk.transprot is unknown; allowed are transport, auth"),
        (f"{FACTS}[trunk]\ntransport = 'sctp'", "x.toml: trunk.transport is 'sctp'; allowed are udp, tcp, tls."),
        (f"{FACTS}[trunk]\nport = 0", "x.toml: trunk.port is 0; allowed are 1 to 65535."),
        (f"{FACTS}[trunk]\nport = '5060'", "x.toml: trunk.port is '5060'; allowed are 1 to 65535."),
        (f"{FACTS}[trunk]\ncodecs = ['GSM']", "x.toml: trunk.codecs is 'GSM'; allowed are opus, G722, PCMA"),
        (f"{FACTS}[called]\nformat = 'e164'", "x.toml: called.format is unknown; allowed are form, country_code"),
        (f"{FACTS}[called]\nform = 'local'", "x.toml: called.form is 'local'; allowed are e164, bare, international"),
        (f"{FACTS}[called]\nform = 'national'", "x.toml: called: The national form needs the country code"),
        (f"{FACTS}[called]\ncountry_code = 32", "x.toml: called.country_code is 32; it is a text."),
        (f"{FACTS}[caller]\nuser_phone = 'yes'", "x.toml: caller.user_phone is 'yes'; allowed are true and false."),
        (f"{FACTS}[identity]\nheader = 'PAI'", "x.toml: identity.header is 'PAI'; allowed are none, P-Asserted"),
        (f"{FACTS}[identity]\nname = 'x'", "x.toml: identity.name is unknown; allowed are header, from_is_user"),
        (f"trunk = 1\n{FACTS}", "x.toml: trunk is 1; it is a table, [trunk]."),
    ],
)  # fmt: skip
def test_a_wrong_profile_says_which_file_which_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_profile("x.toml", text)

    assert str(caught.value).startswith(said)
