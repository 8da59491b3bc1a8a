"""Makes a root folder of a release of the distribution by debootstrap, from the mirror that apt uses here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from scripts.archive import archive_uri, proxy_environment
from scripts.distribution import Distribution
from scripts.failure import SetupFailed
from scripts.progress import run_logged


def make_root(distribution: Distribution, suite: str, into: Path, packages: Sequence[str], log: Path) -> None:
    """Make the folder `into` a root of the archive's `suite`, with the essential packages and `packages`.

    `distribution` is this machine's: its archive and the key of it count. Raises SetupFailed if it can't be made.
    """
    if shutil.which("debootstrap") is None:
        raise SetupFailed("the program debootstrap is missing. Run `make test`, which installs it.")
    command = [
        "debootstrap",
        "--variant=minbase",
        f"--include={','.join(packages)}",
        f"--components={_components(distribution)}",
        f"--keyring={distribution.keyring}",
        suite,
        str(into),
        archive_uri(distribution),
        *_recipe(distribution),
    ]
    run_logged(command, log, env={**os.environ, **proxy_environment(), "DEBIAN_FRONTEND": "noninteractive"})


def _components(distribution: Distribution) -> str:
    return ",".join(dict.fromkeys(("main", distribution.source_component)))


def _recipe(distribution: Distribution) -> list[str]:
    """debootstrap's own script for the archive: a suite that it does not know by name is made by this one."""
    script = Path("/usr/share/debootstrap/scripts") / ("sid" if distribution.origin == "Debian" else "gutsy")
    return [str(script)]
