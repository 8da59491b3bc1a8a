"""The tests' Asterisk: found in the cache without any right, made only with root's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts import asterisk_root as module
from scripts.asterisk_root import asterisk_root, root_folder
from scripts.distribution import this_distribution
from scripts.failure import SetupFailed
from scripts.progress import Progress


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    bookworm = this_distribution({"ID": "debian", "VERSION_ID": "12"})
    monkeypatch.setattr(module, "this_distribution", lambda: bookworm)
    return tmp_path / "telefoon"


def test_without_root_the_reason_and_the_way_round_are_told(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not empty_cache.exists()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(SetupFailed, match="needs root") as refusal:
        asterisk_root(Progress())

    assert "not asterisk" in str(refusal.value)


def test_one_from_the_second_best_suite_is_used_when_it_is_there(empty_cache: Path) -> None:
    bookworm = this_distribution({"ID": "debian", "VERSION_ID": "12"})
    folder = root_folder(empty_cache, bookworm, bookworm.asterisk_suites[-1])
    folder.mkdir(parents=True)

    assert asterisk_root(Progress()) == folder
