"""`telefoon privacy`: a person's export and erasure."""

import asyncio
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from engine.model.call import Status
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from tests.peers.databases import sqlite_url
from tests.unit.cli.conftest import Run
from tests.unit.store.samples import NOON, a_call

PERSON = "+32471234556"
EARLIER = "+32471234557"


def test_an_export_is_for_its_owner_alone(telefoon: Run, tmp_path: Path) -> None:
    telefoon("keys", "create", "--account", "demo")
    path = tmp_path / "export.zip"

    told = telefoon("privacy", "export", PERSON, "-o", path)

    assert told.stdout == f"{path} is written: 0 rows concern {PERSON}.\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert zipfile.ZipFile(path).namelist() == ["data.json", "index.html"]


def test_an_erasure_prints_a_certificate(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    certificate = json.loads(telefoon("privacy", "erase", PERSON, "--account", "demo", "--yes").stdout)

    assert set(certificate["counts"].values()) == {0}
    assert len(certificate["sha256"]) == 64
    assert PERSON[1:] not in json.dumps(certificate)


def test_an_erasure_is_asked_about(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    assert telefoon("privacy", "erase", PERSON).exit_code == 1


def a_call_with(person: str, folder: Path) -> None:
    """It ended, and is in the database of the data folder."""

    async def store() -> None:
        database = await Database.open(sqlite_url(folder / "telefoon.db"))
        try:
            account = await Accounts(database, b"pepper").ensure("demo")
            await Calls(database).add(a_call(account.id, to=person, status=Status.COMPLETED, end_time=NOON))
        finally:
            await database.close()

    asyncio.run(store())


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("kept", ["audit log", "certificate"])
def test_erasures_are_made_again_in_a_backup_from_before_them(telefoon: Run, tmp_path: Path, kept: str) -> None:
    data, backup, other = tmp_path / "data", tmp_path / "backup", "+31205550142"
    telefoon("keys", "create", "--account", "demo")
    a_call_with(EARLIER, data)
    telefoon("privacy", "erase", EARLIER, "--yes")
    a_call_with(EARLIER, data)  # they called again: nobody asked to erase that
    a_call_with(PERSON, data)
    a_call_with(other, data)
    shutil.copytree(data, backup)
    (tmp_path / "certificate").write_text(telefoon("privacy", "erase", PERSON, "--yes").stdout)
    telefoon("audit", "export", "-o", tmp_path / "audit log")
    assert PERSON[1:].encode() not in bytes_of(data)
    shutil.rmtree(data)
    backup.rename(data)
    assert PERSON[1:].encode() in bytes_of(data), "it is back"

    done = telefoon("privacy", "replay", tmp_path / kept)

    assert done.exit_code == 0, done.output
    assert "erased again, certificate" in done.stdout
    assert PERSON[1:].encode() not in bytes_of(data)
    for stays in (EARLIER, other):
        assert stays[1:].encode() in bytes_of(data)
    assert "erased again" not in telefoon("privacy", "replay", tmp_path / kept).stdout, "nothing is left"


def test_an_erasure_that_is_refused_in_the_backup_is_told(telefoon: Run, tmp_path: Path) -> None:
    telefoon("keys", "create", "--account", "demo")
    a_call_with(PERSON, tmp_path / "data")
    shutil.copytree(tmp_path / "data", tmp_path / "backup")
    (tmp_path / "certificate").write_text(telefoon("privacy", "erase", PERSON, "--yes").stdout)
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "backup").rename(tmp_path / "data")
    telefoon("holds", "set", "account", "demo", "--account", "demo", "--reason", "Case 7")

    done = telefoon("privacy", "replay", tmp_path / "certificate")

    assert done.exit_code == 1
    assert "NOT ERASED. A legal hold keeps" in done.stdout


def test_a_file_that_holds_no_erasures_is_refused(telefoon: Run, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("{}\nerased +32471…\n")
    done = telefoon("privacy", "replay", tmp_path / "notes")
    assert done.exit_code == 2
    assert "Line 2 is not JSON" in done.stderr


def test_a_word_that_is_no_number_is_refused(telefoon: Run) -> None:
    assert telefoon("privacy", "erase", "0471234556", "--yes").exit_code == 2
