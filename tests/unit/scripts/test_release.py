"""A release: what is refused, and what it leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.failure import SetupFailed
from scripts.release import CHECKOUT, Release

pytestmark = pytest.mark.processes

TOWNCRIER = Path(sys.executable).with_name("towncrier")
NEWS = "changelog.d/+menu.added.md"
AUTHOR = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


def git(checkout: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=True).stdout


def commit(checkout: Path) -> None:
    git(checkout, "add", "--all")
    git(checkout, *AUTHOR, "commit", "--quiet", "--message", "As it was")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with version 1.1.0, an older release in its changelog, and one piece of news."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    folder = tmp_path / "checkout"
    (folder / "changelog.d").mkdir(parents=True)
    git(folder, "init", "--quiet")
    for name in ("pyproject.toml", "changelog.d/README.md"):
        shutil.copyfile(CHECKOUT / name, folder / name)
    (folder / "setup.py").write_text('setup(\n    version="1.1.0",\n    python_requires=">=3.11",\n)\n')
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n<!-- the newest release follows -->\n\n## 1.1.0, 2026-01-01\n")
    (folder / NEWS).write_text("Menus answer in\ntwo languages.\n")
    commit(folder)
    return folder


def test_it_leaves_a_clean_tree_with_the_news_the_version_and_a_tag(checkout: Path) -> None:
    release = Release(checkout, "1.2.0", TOWNCRIER)

    release.refuse_unless_ready()
    release.make()

    changelog = (checkout / "CHANGELOG.md").read_text()
    assert changelog.index("## 1.2.0, ") < changelog.index("### Added") < changelog.index("## 1.1.0, 2026-01-01")
    assert "\n- Menus answer in\n  two languages.\n" in changelog
    assert 'version="1.2.0"' in (checkout / "setup.py").read_text()
    assert [path.name for path in (checkout / "changelog.d").iterdir()] == ["README.md"]
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "tag", "--points-at", "HEAD") == "v1.2.0\n"


def test_what_is_not_committed_is_in_the_way(checkout: Path) -> None:
    (checkout / NEWS).write_text("Menus answer in three languages.\n")

    with pytest.raises(SetupFailed, match="not committed"):
        Release(checkout, "1.2.0", TOWNCRIER).refuse_unless_ready()


def test_the_first_release_may_have_the_version_that_is_written(checkout: Path) -> None:
    Release(checkout, "1.1.0", TOWNCRIER).refuse_unless_ready()


def test_a_version_is_released_once(checkout: Path) -> None:
    git(checkout, "tag", "v1.2.0")

    with pytest.raises(SetupFailed, match=r"a tag v1\.2\.0 already"):
        Release(checkout, "1.2.0", TOWNCRIER).refuse_unless_ready()


@pytest.mark.parametrize(
    ("version", "why"),
    [("1.0.9", r"setup.py has version 1\.1\.0 already"), ("1.2", "three numbers"), ("v1.2.0", "three numbers")],
)
def test_a_version_that_is_none_or_an_older_one_is_refused(checkout: Path, version: str, why: str) -> None:
    with pytest.raises(SetupFailed, match=why):
        Release(checkout, version, TOWNCRIER).refuse_unless_ready()


def test_without_news_there_is_nothing_to_release(checkout: Path) -> None:
    (checkout / NEWS).unlink()
    commit(checkout)

    with pytest.raises(SetupFailed, match="no news"):
        Release(checkout, "1.2.0", TOWNCRIER).refuse_unless_ready()
