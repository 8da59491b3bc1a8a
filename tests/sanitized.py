"""Runs tests on a pjsua2 that ends at the first wrong use of memory or undefined behaviour, and builds it if need be.

python -m tests.sanitized [tests]        tests/sip if none are named; run by `make test-memory`
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.build_pjsua2 import pjsua2_wheel, sanitizer_environment
from scripts.cache import built_whole
from scripts.failure import run_main
from scripts.progress import Progress


def main() -> None:
    """The command line; ends with pytest's exit code."""
    wheel = pjsua2_wheel("", Progress(), sanitized=True)
    environment = {**os.environ, **sanitizer_environment(), "PYTHONPATH": str(unpacked(wheel))}
    # Who is ended by a signal takes along what pytest has kept of its standard error, and with it what was found.
    command = [sys.executable, "-m", "pytest", "--capture=sys", *(sys.argv[1:] or ["tests/sip"])]
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def unpacked(wheel: Path) -> Path:
    """A folder with the wheel's modules, which come before those that are installed."""
    folder = wheel.with_name("unpacked")
    if not folder.is_dir():
        with built_whole(folder) as work:
            shutil.unpack_archive(wheel, work, "zip")
    return folder


if __name__ == "__main__":
    run_main(main)
