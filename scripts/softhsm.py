"""Unpacks, or finds in the cache, the distribution's SoftHSM: a PKCS #11 token of software, for the tests.

    python3 -m scripts.softhsm        prints the folder (made if it is missing)

It is not installed: the packages are unpacked into a folder of the cache, which needs no right.
"""

from __future__ import annotations

import os
from pathlib import Path

from scripts.archive import proxy_environment
from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed, run_main
from scripts.progress import Progress, run_logged

MODULE = Path("usr/lib/softhsm/libsofthsm2.so")
UTILITY = Path("usr/bin/softhsm2-util")
_PACKAGES = ("softhsm2", "libsofthsm2")
_LAYOUT = "1"


def main() -> None:
    """The command line."""
    print(softhsm_folder(Progress()))


def softhsm_folder(progress: Progress) -> Path:
    """Where MODULE and UTILITY are. Raises SetupFailed if the archive does not give them."""
    distribution = this_distribution()
    root = cache_root()
    folder = unpacked_folder(root, distribution)
    with locked("softhsm", root):
        if not folder.is_dir():
            with progress.stage("Unpacking the tests' SoftHSM"), built_whole(folder) as work:
                _unpack(work, root / "logs" / f"{folder.name}.log")
    return folder


def unpacked_folder(root: Path, distribution: Distribution) -> Path:
    """The folder where SoftHSM lies in the cache `root`."""
    return root / "softhsm" / f"{distribution.codename}-{key_of(_LAYOUT, distribution.origin, *_PACKAGES)}"


def _unpack(work: Path, log: Path) -> None:
    log.unlink(missing_ok=True)
    _download(work, log)
    for package in sorted(work.glob("*.deb")):
        run_logged(["dpkg-deb", "--extract", str(package), str(work)], log)
        package.unlink()
    missing = [str(part) for part in (MODULE, UTILITY) if not (work / part).exists()]
    if missing:
        raise SetupFailed(f"the packages {' and '.join(_PACKAGES)} do not hold {' and '.join(missing)}.")


def _download(work: Path, log: Path) -> None:
    environment = {**os.environ, **proxy_environment()}
    command = ["apt-get", "-q", "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=root", "download", *_PACKAGES]
    try:
        run_logged(command, log, cwd=work, env=environment)
    except SetupFailed:
        if os.geteuid() != 0:
            raise
        run_logged(
            ["apt-get", "-q", "update"], log, env=environment
        )  # its lists are missing, or older than the archive
        run_logged(command, log, cwd=work, env=environment)


if __name__ == "__main__":
    run_main(main)
