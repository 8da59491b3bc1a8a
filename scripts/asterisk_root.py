"""Makes, or finds in the cache, a small root folder with the distribution's newest Asterisk, for the tests.

    python3 scripts/asterisk_root.py --print        prints the folder (made if it is missing)

Run something in it with `chroot FOLDER asterisk ...`; it needs root, as the making does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.cache import cache_root, key_of, locked
from scripts.debootstrap import make_root
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed, run_main
from scripts.progress import Progress

_INCLUDED = ("asterisk",)
_LAYOUT = "1"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--print", action="store_true", help="print the folder only")
    parser.parse_args()
    print(asterisk_root(Progress()))


def asterisk_root(progress: Progress) -> Path:
    """The folder with Asterisk, made if the cache lacks it.

    Raises SetupFailed without root's rights, and if no suite of the archive can be installed.
    """
    distribution = this_distribution()
    root = cache_root()
    with locked("asterisk", root):
        for suite in distribution.asterisk_suites:
            folder = root_folder(root, distribution, suite)
            if folder.is_dir():
                return folder
        return _make_first_possible(distribution, root, progress)


def version_text(folder: Path) -> str:
    """What the Asterisk in `folder` says about itself, such as "Asterisk 22.4.1"."""
    done = subprocess.run(["chroot", str(folder), "asterisk", "-V"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.startswith("Asterisk "):
        raise SetupFailed(f"the Asterisk in {folder} does not start: {done.stderr.strip()}")
    return done.stdout.strip()


def _make_first_possible(distribution: Distribution, root: Path, progress: Progress) -> Path:
    if os.geteuid() != 0:
        raise SetupFailed(
            "the tests' Asterisk lives in a chroot, and making and entering one needs root. "
            "Run `make test` as root, or leave out what needs it: `make test TESTS='-m \"not asterisk\"'`."
        )
    refusals = []
    for suite in distribution.asterisk_suites:
        try:
            return _make(distribution, suite, root_folder(root, distribution, suite), progress)
        except SetupFailed as failure:
            refusals.append(f"{suite}: {failure}")
            progress.note(f"{distribution.origin} {suite} gave no Asterisk.")
    raise SetupFailed("no suite of the archive gave an Asterisk.\n" + "\n".join(refusals))


def _make(distribution: Distribution, suite: str, target: Path, progress: Progress) -> Path:
    log = cache_root() / "logs" / f"{target.name}.log"
    log.unlink(missing_ok=True)
    work = target.with_name(f".{target.name}.{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress.stage(f"Making the tests' Asterisk from {distribution.origin} {suite} (log: {log})"):
            make_root(distribution, suite, work, _INCLUDED, log)
        progress.note(version_text(work))
        shutil.rmtree(work / "var/cache/apt/archives", ignore_errors=True)
        work.rename(target)
    finally:
        if work.exists():
            shutil.rmtree(work)
    return target


def root_folder(root: Path, distribution: Distribution, suite: str) -> Path:
    """Where the Asterisk of `suite` lies in the cache `root`."""
    return root / "asterisk" / f"{suite}-{key_of(_LAYOUT, distribution.origin, suite, *_INCLUDED)}"


if __name__ == "__main__":
    run_main(main)
