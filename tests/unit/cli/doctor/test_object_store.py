"""The doctor tries the object store, and says what is wrong with it or with what is set."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from api.doctor import object_store, residency
from api.node.object_store import require_store_inside
from api.node.privacy import residency_of
from config.settings import Settings
from engine.errors import SetupError
from engine.model.recording import RecordingStatus
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.moves import Moves
from engine.store.recordings import Recordings
from tests.peers.object_server import ACCESS_KEY, BUCKET, REGION, SECRET, ObjectServer, object_server
from tests.peers.ports import Ports
from tests.unit.store.samples import NOON, a_recording

pytestmark = [pytest.mark.processes, pytest.mark.costly("a real S3 server runs for each test")]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ObjectServer]:
    async with object_server(tmp_path / "server", Ports()) as running:
        yield running


def settings_for(endpoint: str, folder: Path, **more: object) -> Settings:
    given: dict[str, object] = {
        "data_dir": folder,
        "recording_store": f"s3://{BUCKET}/kept",
        "recording_store_endpoint": endpoint,
        "recording_store_region": REGION,
        "recording_store_access_key": ACCESS_KEY,
        "recording_store_secret": SecretStr(SECRET),
    }
    return Settings(**(given | more))  # type: ignore[arg-type]


async def test_a_store_that_takes_gives_and_deletes_is_well(server: ObjectServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(f"{SECRET}\n")
    settings = settings_for(server.endpoint, tmp_path, recording_store_secret=None, recording_store_secret_file=secret)

    (finding,) = await object_store.check(settings, None)

    assert (finding.ok, finding.advice) == (True, "")
    assert finding.detail == f"s3://{BUCKET}/kept at 127.0.0.1 takes, gives and deletes recordings"
    assert await server.keys() == set()


async def test_a_bucket_that_keeps_versions_keeps_what_was_deleted(server: ObjectServer, tmp_path: Path) -> None:
    server.client().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    for encrypted, told in ((True, "without their keys"), (False, "anybody who reads the bucket can hear them")):
        settings = settings_for(server.endpoint, tmp_path, recording_encryption=encrypted)
        well, versions = await object_store.check(settings, None)
        assert (well.ok, versions.ok) == (True, encrypted)
        assert told in versions.detail
        assert "versioning" in versions.advice


async def test_a_wrong_secret_is_told_and_no_secret_is(server: ObjectServer, tmp_path: Path) -> None:
    (finding,) = await object_store.check(
        settings_for(server.endpoint, tmp_path, recording_store_secret=SecretStr("a wrong one")), None
    )

    assert not finding.ok
    assert "refuses: SignatureDoesNotMatch" in finding.detail
    assert "a wrong one" not in str(finding)
    assert ACCESS_KEY not in str(finding)


async def test_a_bucket_that_is_not_there_is_told(server: ObjectServer, tmp_path: Path) -> None:
    (finding,) = await object_store.check(
        settings_for(server.endpoint, tmp_path, recording_store="s3://elsewhere"), None
    )
    assert not finding.ok
    assert "NoSuchBucket" in finding.detail


async def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    (finding,) = await object_store.check(settings_for(f"http://127.0.0.1:{Ports().one()}", tmp_path), None)
    assert not finding.ok
    assert "The object store at 127.0.0.1 does not answer" in finding.detail


async def test_nothing_is_sent_to_a_store_where_nothing_may_go(tmp_path: Path) -> None:
    settings = settings_for("http://192.0.2.1", tmp_path, allowed_countries=["be"], outside="refuse")

    (finding,) = await object_store.check(settings, None)

    assert not finding.ok
    assert "192.0.2.1 is in no listed country" in finding.detail


async def test_a_secret_that_others_can_read_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    (finding,) = await object_store.check(
        settings_for("", tmp_path, recording_store_secret=None, recording_store_secret_file=secret), None
    )
    assert (finding.ok, "chmod 600" in finding.detail) == (False, True)


async def test_recordings_in_a_store_that_is_set_no_more_are_told(server: ObjectServer, tmp_path: Path) -> None:
    database = await Database.open(Settings(data_dir=tmp_path).database)
    account = await Accounts(database, b"p" * 32).ensure("demo")
    row = a_recording(account.id, status=RecordingStatus.COMPLETED, seconds=1.0)
    await Recordings(database).add(row)

    *_, waiting = await object_store.check(settings_for(server.endpoint, tmp_path), None)
    await Moves(database).begin(row.id, f"s3://{BUCKET}/kept/one", NOON)
    await Moves(database).uploaded(row.id, f"s3://{BUCKET}/kept/one")
    *_, missed = await object_store.check(Settings(data_dir=tmp_path), None)
    await database.close()

    assert (waiting.ok, waiting.detail) == (True, "1 recordings wait here to be uploaded, 0 there to be deleted")
    assert not missed.ok
    assert missed.detail.startswith("1 recordings are in one")


async def test_without_a_store_recordings_stay_here(tmp_path: Path) -> None:
    (finding,) = await object_store.check(Settings(data_dir=tmp_path), None)
    assert (finding.ok, finding.detail) == (True, "none is set: recordings stay in the data folder")


@pytest.mark.parametrize(
    ("endpoint", "region", "country"),
    [
        ("", "eu-west-1", "IE"),
        ("", "us-east-1", "US"),
        ("https://s3.fr-par.scw.cloud", "fr-par", "FR"),
        ("https://calls.s3.nl-ams.scw.cloud:443", "nl-ams", "NL"),
        ("https://s3.example.com", "eu-west-1", None),  # a region is what its operator calls it
    ],
)
async def test_a_store_is_in_the_country_of_its_host(
    tmp_path: Path, endpoint: str, region: str, country: str | None
) -> None:
    settings = settings_for(
        endpoint, tmp_path, recording_store_region=region, allowed_countries=["ie", "fr", "nl"], outside="refuse"
    )
    where = f"is in {country}" if country else "is in no listed country"

    (finding,) = await residency.check(settings, None)

    assert where in finding.detail
    assert finding.ok == (country in ("IE", "FR", "NL"))
    if finding.ok:
        require_store_inside(settings, residency_of(settings))
    else:
        with pytest.raises(SetupError, match=f"TELEFOON_RECORDING_STORE: .*{where}"):
            require_store_inside(settings, residency_of(settings))


async def test_a_store_outside_is_warned_of_where_that_is_set(tmp_path: Path) -> None:
    settings = settings_for("", tmp_path, recording_store_region="us-east-1", allowed_countries=["be"])

    with capture_logs() as logs:
        require_store_inside(settings, residency_of(settings))

    (finding,) = await residency.check(settings, None)
    assert (finding.ok, finding.detail) == (True, "s3.us-east-1.amazonaws.com is in US")
    assert finding.advice
    assert [(each["event"], each["country"]) for each in logs] == [("target_outside", "us")]


def test_what_the_operator_says_of_a_host_wins(tmp_path: Path) -> None:
    settings = settings_for(
        "https://s3.example.com", tmp_path, allowed_countries=["be"], target_countries={"example.com": "be"},
        outside="refuse",
    )  # fmt: skip
    require_store_inside(settings, residency_of(settings))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"recording_store": "https://bucket"}, "s3://BUCKET/PREFIX"),
        ({"recording_store_endpoint": "s3.example.com"}, "URL without a path"),
        ({"recording_store_region": ""}, "recording_store_region"),
        ({"recording_store_access_key": ""}, "recording_store_access_key"),
        ({"recording_store_secret": None}, "recording_store_secret"),
        ({"recording_store_secret_file": Path("/x")}, "recording_store_secret"),
        ({"recording_store_part_mb": 4}, "greater than or equal to 5"),
    ],
)
def test_what_is_missing_or_wrong_is_named(tmp_path: Path, wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        settings_for("", tmp_path, **wrong)
