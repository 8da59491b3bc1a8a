"""Runs tests on a pjsua2 that ends at the first fault of its kind, and builds it if need be.

python -m tests.sanitized [tests]          wrong use of memory, what C leaves undefined; tests/sip if none are named
python -m tests.sanitized --races [tests]  memory that threads of our own C++ use at the same time; its own tests, and
                                           those of media streams, if none are named

`make test-memory` and `make test-races` run it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import pjsua2_recipe as recipe
from scripts.build_pjsua2 import pjsua2_wheel, sanitizer_environment
from scripts.cache import built_whole
from scripts.failure import run_main
from scripts.progress import Progress
from tests.unit.native.program import VARIABLE, program


def main() -> None:
    """The command line; ends with pytest's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--races", action="store_true", help="with ThreadSanitizer in place of AddressSanitizer")
    chosen, tests = parser.parse_known_args()
    variant = recipe.RACES if chosen.races else recipe.SANITIZED
    wheel = pjsua2_wheel("", Progress(), variant)
    environment = {**os.environ, **sanitizer_environment(variant), "PYTHONPATH": str(unpacked(wheel))}
    if chosen.races:
        environment[VARIABLE] = variant.suffix
        program(variant)  # no compiler runs with what such a Python loads
    # Who is ended by a signal takes along what pytest has kept of its standard error, and with it what was found.
    command = [sys.executable, "-m", "pytest", "--capture=sys", *(tests or usual_tests(variant))]
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def usual_tests(variant: recipe.Variant) -> list[str]:
    """What is run where no tests are named."""
    if variant is recipe.RACES:
        return ["tests/unit/native", *sorted(map(str, Path("tests/sip").glob("test_*stream*.py")))]
    return ["tests/sip"]


def unpacked(wheel: Path) -> Path:
    """A folder with the wheel's modules, which come before those that are installed."""
    folder = wheel.with_name("unpacked")
    if not folder.is_dir():
        with built_whole(folder) as work:
            shutil.unpack_archive(wheel, work, "zip")
    return folder


if __name__ == "__main__":
    run_main(main)
