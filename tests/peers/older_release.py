"""The release before this one: its command, in a checkout and a venv of its own that stay in the cache."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from scripts.cache import cache_root, locked

_CHECKOUT: Final = Path(__file__).parents[2]
_FIRST_OF_SEVERAL_NODES: Final = "engine/store/migrations/versions/0035_nodes.py"
"""Before the first release, what was there before this is taken for one."""
_BUILT: Final = ".built"


@dataclass(frozen=True, slots=True)
class OlderRelease:
    """A checkout of another release, which is installed."""

    folder: Path

    @property
    def program(self) -> tuple[str, ...]:
        """What starts its `telefoon`."""
        return (str(self.folder / ".venv" / "bin" / "telefoon"),)

    @property
    def reads_newer_tables(self) -> bool:
        """Whether it starts on tables that a newer one has added to, as it may since oldest_reader is kept."""
        return "oldest_reader" in (self.folder / "engine" / "store" / "schema_version.py").read_text("utf-8")


def older_release() -> OlderRelease:
    """The newest that has a tag; installed when it is first asked for, which takes minutes."""
    commit = _commit()
    folder = cache_root() / "releases" / commit
    with locked(f"release-{commit}", cache_root()):
        if not (folder / _BUILT).exists():
            _build(commit, folder)
    return OlderRelease(folder)


def _commit() -> str:
    if not (_CHECKOUT / ".git").exists():
        pytest.skip("There is no history to take the release before this one from.")
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v*", check=False)
    if tag:
        return _git("rev-list", "-n", "1", tag)
    return _git("log", "--diff-filter=A", "--format=%P", "-n", "1", "--", _FIRST_OF_SEVERAL_NODES)


def _git(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["git", *arguments], cwd=_CHECKOUT, capture_output=True, text=True, check=check)
    return done.stdout.strip()


def _build(commit: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", commit], cwd=_CHECKOUT, capture_output=True, check=True)
    subprocess.run(["tar", "--extract"], cwd=folder, input=archive.stdout, check=True)
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    python = Path(sys.base_prefix) / "bin" / "python3"
    done = subprocess.run(
        [python, "-m", "scripts.setup"], cwd=folder, env=outside, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{commit} can't be installed: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    (folder / _BUILT).touch()
