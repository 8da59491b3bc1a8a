"""The distribution's package archive, as this machine's apt is set up: address, proxy, a private view of it.

No host is named anywhere: apt knows which mirror, proxy and credentials this machine uses, and is asked.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.distribution import Distribution
from scripts.failure import SetupFailed
from scripts.progress import run_logged

_EXPIRED = re.compile(r"Release file .* is (expired|not valid yet)|Valid-Until", re.IGNORECASE)
STANDS_STILL = (
    "the archive's index has expired: this machine's mirror stands still, or its clock is wrong. Compare `date` with a "
    "watch; else take a mirror that is up to date in /etc/apt/sources.list.d, and run `apt-get update`."
)
_TARGET_FORMAT = "$(RELEASE)|$(ORIGIN)|$(REPO_URI)"


def archive_uri(distribution: Distribution) -> str:
    """Where this machine takes the distribution's packages from. Raises SetupFailed if apt has no source."""
    found = choose_uri(
        _run("apt-get", "indextargets", "--format", _TARGET_FORMAT, "Created-By: Packages"), distribution
    )
    if found is None:
        raise SetupFailed(
            f"apt has no source for {distribution} ({distribution.codename}). "
            f"Check /etc/apt/sources.list.d and run `apt-get update`."
        )
    return found


def choose_uri(lines: Iterable[str], distribution: Distribution) -> str | None:
    """Pick the release's own archive out of apt's index targets (`release|origin|address` a line).

    apt knows the origin only once it has fetched the lists, so an empty one counts, but after a sure one.
    """
    targets = [line.strip().split("|") for line in lines if line.strip()]
    own = [target for target in targets if len(target) == 3 and target[0] == distribution.codename]
    for origin in (distribution.origin, ""):
        for _, found, uri in own:
            if found == origin:
                return uri
    return None


def proxy_environment() -> dict[str, str]:
    """The proxies that apt is told to use, as the variables that other programs read."""
    lines = _run("apt-config", "dump", "--format", "%f %v%n")
    proxies: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(" ")
        for scheme in ("http", "https"):
            if name == f"Acquire::{scheme}::Proxy" and value not in ("", "DIRECT", "false"):
                proxies[f"{scheme}_proxy"] = value
    return proxies


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """An apt that sees one suite's source packages only and leaves the machine's own state alone."""

    folder: Path

    @classmethod
    def prepare(cls, folder: Path, uri: str, suite: str, component: str, keyring: str) -> PrivateApt:
        """Write the configuration into `folder`. The suite's signature is checked against `keyring`."""
        if not Path(keyring).is_file():
            raise SetupFailed(f"the archive's key {keyring} is missing. Install the package that brings it.")
        for part in ("sources", "lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        entry = {
            "Types": "deb-src",
            "URIs": uri,
            "Suites": suite,
            "Components": component,
            "Signed-By": keyring,
        }
        text = "".join(f"{name}: {value}\n" for name, value in entry.items())
        (folder / "sources" / "suite.sources").write_text(text)
        return cls(folder)

    def update(self, log: Path) -> None:
        """Fetch and verify the suite's index. Raises SetupFailed, which says so if the index is too old."""
        try:
            run_logged([*self._command(), "update"], log)
        except SetupFailed as failure:
            if _EXPIRED.search(str(failure)) is None:
                raise
            raise SetupFailed(f"{STANDS_STILL}\n{failure}") from None

    def download_source(self, package: str, into: Path, log: Path) -> None:
        """Fetch and verify the files of a source package into the folder `into`."""
        run_logged([*self._command(), "source", "--download-only", "--only-source", package], log, cwd=into)

    def _command(self) -> list[str]:
        options = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": self.folder / "sources",
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Acquire::Retries": "3",
        }
        return [
            "apt-get",
            "-q",
            *(part for name, value in options.items() for part in ("-o", f"{name}={value}")),
        ]


def _run(*command: str) -> list[str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupFailed(f"{command[0]} is missing: this is not a Debian or Ubuntu system") from None
    if done.returncode != 0:
        raise SetupFailed(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout.splitlines()
