"""The tests' SoftHSM: found in the cache, and a real driver and utility once unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import softhsm as module
from scripts.distribution import this_distribution
from scripts.failure import SetupFailed
from scripts.progress import Progress
from scripts.softhsm import MODULE, UTILITY, softhsm_folder, unpacked_folder


def test_one_that_is_in_the_cache_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "_download", lambda work, log: pytest.fail("it was fetched"))
    folder = unpacked_folder(tmp_path / "telefoon", this_distribution())
    folder.mkdir(parents=True)

    assert softhsm_folder(Progress()) == folder


def test_packages_that_do_not_hold_it_leave_nothing_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "_download", lambda work, log: None)

    with pytest.raises(SetupFailed, match="do not hold"):
        softhsm_folder(Progress())

    assert not unpacked_folder(tmp_path / "telefoon", this_distribution()).exists()


@pytest.mark.processes
def test_what_is_unpacked_is_a_driver_and_its_utility() -> None:
    folder = softhsm_folder(Progress())

    assert (folder / MODULE).read_bytes().startswith(b"\x7fELF")
    assert (folder / UTILITY).stat().st_mode & 0o111
