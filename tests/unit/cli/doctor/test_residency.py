"""The doctor lists where data would go."""

from pathlib import Path

import pytest

from api.doctor import residency
from api.node.privacy import require_trunk_inside, residency_of
from api.node.speech import require_speech_servers_inside
from config.settings import Settings
from config.speech_server import SpeechServerSettings
from engine.errors import SetupError
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.numbers import Numbers


async def test_trunk_and_numbers_webhooks_are_listed_with_their_country(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        trunk="sip:sbc.carrier.example",
        allowed_countries=["BE"],
        target_countries={"carrier.example": "be", "hooks.example": "us"},
        outside="refuse",
    )
    database = await Database.open(settings.database)
    account = await Accounts(database, b"p" * 32).ensure("demo")
    await Numbers(database).add(account.id, "+3225550100", url="https://hooks.example/flow")
    await database.close()

    findings = await residency.check(settings, None)

    assert [(finding.ok, finding.detail) for finding in findings] == [
        (True, "sbc.carrier.example is in BE"),
        (False, "hooks.example is in US"),
    ]


async def test_a_warning_is_no_fault(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, trunk="sip:sbc.carrier.example", allowed_countries=["be"])
    (finding,) = await residency.check(settings, None)
    assert finding.ok
    assert finding.detail == "sbc.carrier.example is in no listed country"
    assert "TELEFOON_TARGET_COUNTRIES" in finding.advice


def test_a_trunk_outside_stops_the_start_where_outside_is_refused() -> None:
    settings = Settings(trunk="sip:sbc.carrier.example", allowed_countries=["be"], outside="refuse")
    with pytest.raises(SetupError, match=r"TELEFOON_TRUNK: sbc\.carrier\.example is in no listed country"):
        require_trunk_inside(settings, residency_of(settings))


async def test_speech_servers_are_judged_as_the_trunk_is(tmp_path: Path) -> None:
    server = SpeechServerSettings(url="https://speech.example/v1/audio/speech", voice="anna")
    settings = Settings(data_dir=tmp_path, tts_servers={"nl-NL": server}, allowed_countries=["be"], outside="refuse")
    with pytest.raises(SetupError, match=r"TELEFOON_TTS_SERVERS: speech\.example is in no listed country"):
        require_speech_servers_inside(settings, residency_of(settings))
    (finding,) = await residency.check(settings, None)
    assert (finding.ok, finding.detail) == (False, "speech.example is in no listed country")


def test_a_country_is_two_letters() -> None:
    with pytest.raises(ValueError, match="two letters"):
        Settings(allowed_countries=["Belgium"])
