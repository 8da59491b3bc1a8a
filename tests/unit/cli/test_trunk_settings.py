"""The trunk's settings are declared in one place, from which its value and its section of the settings file come."""

from dataclasses import fields

import pytest
from pydantic import SecretStr

from config.settings import Settings
from config.trunk import Srtp, Trunk, TrunkSettings
from config.trunk_section import FILE, renewed

PATIENCE = "timeout"
"""It counts for far ends without a trunk too, so it is none of the trunk's own."""


@pytest.mark.promise
def test_the_settings_file_explains_the_trunk_as_its_fields_do() -> None:
    text = FILE.read_text("utf-8")

    assert renewed(text) == text, "python -m config.trunk_section renews it"


@pytest.mark.promise
def test_every_option_of_the_trunk_reaches_its_value() -> None:
    options = {name.removeprefix("trunk_") for name in TrunkSettings.model_fields if name != "trunk"}

    assert {each.name for each in fields(Trunk)} == options - {PATIENCE} | {"uri"}


def test_the_value_is_as_the_settings_say() -> None:
    settings = Settings(
        trunk="sip:sip.carrier.example",
        trunk_user="ann",
        trunk_password=SecretStr("pw"),
        trunk_register=True,
        trunk_srtp=Srtp.REQUIRED,
        trunk_redirects=True,
    )

    chosen = settings.chosen_trunk

    assert chosen == Trunk("sip:sip.carrier.example", "ann", "pw", register=True, srtp=Srtp.REQUIRED, redirects=True)


def test_without_an_address_there_is_no_trunk() -> None:
    assert Settings(trunk_user="ann").chosen_trunk is None


def test_the_rest_of_the_file_stays_as_it_is() -> None:
    text = FILE.read_text("utf-8").replace("trunk_srtp = ", "trunk_strp = ")

    assert renewed(text) == FILE.read_text("utf-8")
