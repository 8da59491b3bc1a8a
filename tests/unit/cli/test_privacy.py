"""`telefoon privacy`: a person's export and erasure."""

import json
import stat
import zipfile
from pathlib import Path

from tests.unit.cli.conftest import Run

PERSON = "+32471234556"


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


def test_a_word_that_is_no_number_is_refused(telefoon: Run) -> None:
    assert telefoon("privacy", "erase", "0471234556", "--yes").exit_code == 2
