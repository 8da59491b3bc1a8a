"""A mirror that stands still: a real apt reads a signed index whose time is over."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scripts.archive import STANDS_STILL, PrivateApt
from scripts.failure import SetupFailed

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg signs the test's own archive"),
]
NOW = datetime.now(UTC)


class Archive:
    """An archive of one suite without packages, signed by a key of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.keyring = folder / "archive", folder / "key.gpg"
        self._home = folder / "gnupg"
        self._home.mkdir(mode=0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", "archive@example.org", "default", "default", "never")
        self.keyring.write_bytes(self._gpg("--export"))

    def publish(self, *, valid_until: datetime) -> None:
        suite = self.folder / "dists" / "suite"
        (suite / "main" / "source").mkdir(parents=True)
        (suite / "main" / "source" / "Sources").write_bytes(b"")
        release = suite / "Release"
        release.write_text(
            f"Origin: Test\nSuite: suite\nCodename: suite\nComponents: main\nArchitectures: source\n"
            f"Date: {in_release(NOW - timedelta(days=30))}\nValid-Until: {in_release(valid_until)}\n"
            f"SHA256:\n {hashlib.sha256(b'').hexdigest()} 0 main/source/Sources\n"
        )
        self._gpg("--clearsign", "--output", str(suite / "InRelease"), str(release))

    def close(self) -> None:
        """End the agent that gpg has started for this archive's key, and left."""
        subprocess.run(["gpgconf", "--homedir", str(self._home), "--kill", "all"], check=True)

    def _gpg(self, *arguments: str) -> bytes:
        command = ["gpg", "--homedir", str(self._home), "--batch", "--quiet", "--pinentry-mode", "loopback", *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout


def in_release(moment: datetime) -> str:
    return format_datetime(moment).replace("+0000", "UTC")


def private_apt(folder: Path, *, valid_until: datetime) -> PrivateApt:
    """That looks at an archive of the test's own."""
    archive = Archive(folder)
    try:
        archive.publish(valid_until=valid_until)
    finally:
        archive.close()
    return PrivateApt.prepare(folder / "apt", f"file:{archive.folder}", "suite", "main", str(archive.keyring))


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "apt.conf"
    configuration.write_text('Dir::Etc::Parts "/nonexistent";\n')
    monkeypatch.setenv("APT_CONFIG", str(configuration))


def test_an_index_that_is_valid_is_taken(tmp_path: Path) -> None:
    apt = private_apt(tmp_path, valid_until=NOW + timedelta(days=7))

    apt.update(tmp_path / "log")

    assert list((tmp_path / "apt" / "lists").glob("*InRelease"))


def test_of_an_index_that_has_expired_it_is_said_what_that_means_and_what_to_do(tmp_path: Path) -> None:
    apt = private_apt(tmp_path, valid_until=NOW - timedelta(days=1))

    with pytest.raises(SetupFailed) as failure:
        apt.update(tmp_path / "log")

    assert str(failure.value).startswith(STANDS_STILL)
