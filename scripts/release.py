"""Makes a release of this checkout: folds the news into the changelog, sets the version, commits and tags.

python3 -m scripts.release 1.2.0        run by `make release VERSION=1.2.0`

Nothing is pushed. What stands in the way is told before anything changes.
"""

from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.failure import SetupFailed, run_main
from scripts.written_version import numbers_of, version_in, with_version

CHECKOUT = Path(__file__).resolve().parents[1]
PROMISES = ("make", "--no-print-directory", "check")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("version", help="three numbers, such as 1.2.0")
    release = Release(CHECKOUT, parser.parse_args().version, CHECKOUT / ".venv" / "bin" / "towncrier")
    release.refuse_unless_ready()
    if subprocess.run(PROMISES, cwd=CHECKOUT, check=False).returncode:
        raise SetupFailed("a promise is not kept; nothing was changed.")
    release.make()
    print(f"Tagged {release.tag}. Look at it (git show {release.tag}), then: git push --follow-tags")


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a checkout that is to be released; `towncrier` is the program that folds the news."""

    checkout: Path
    version: str
    towncrier: Path

    @property
    def tag(self) -> str:
        """The tag of the release's commit."""
        return f"v{self.version}"

    def refuse_unless_ready(self) -> None:
        """Raise SetupFailed where a release can't be made; nothing has changed then."""
        released, written = numbers_of(self.version), version_in(self._setup.read_text())
        if self._git("status", "--porcelain"):
            raise SetupFailed("there are changes that are not committed; a release is made of what is.")
        if self._git("tag", "--list", self.tag):
            raise SetupFailed(f"there is a tag {self.tag} already.")
        if released < numbers_of(written):
            raise SetupFailed(f"setup.py has version {written} already, which is later than {self.version}.")
        if not list((self.checkout / "changelog.d").glob("*.*.md")):
            raise SetupFailed("changelog.d has no news, so there is nothing to release.")

    def make(self) -> None:
        """Fold the news, set the version, commit and tag."""
        self._run(str(self.towncrier), "build", "--yes", "--version", self.version)
        self._setup.write_text(with_version(self._setup.read_text(), self.version))
        self._git("add", self._setup.name)
        self._git("commit", "--quiet", "--message", f"Release {self.version}")
        self._git("tag", "--annotate", self.tag, "--message", f"Telefoon {self.version}")

    @property
    def _setup(self) -> Path:
        return self.checkout / "setup.py"

    def _git(self, *arguments: str) -> str:
        return self._run("git", *arguments)

    def _run(self, *command: str) -> str:
        """What a command prints. Raises SetupFailed with its own words where it fails."""
        done = subprocess.run(command, cwd=self.checkout, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SetupFailed(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout


if __name__ == "__main__":
    run_main(main)
