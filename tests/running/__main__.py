"""Runs the tests: most side by side, then those that measure time so exactly that each runs by itself.

python -m tests.running [-n WORKERS] [what pytest takes]
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tests.running.order import Only

PASSED, INTERRUPTED, NO_TESTS = 0, 2, 5
"""Exit codes of pytest."""


def main() -> int:
    """The exit code: pytest's own of the first part that did not pass."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", dest="workers", default="auto", help="how many tests run side by side")
    chosen, others = parser.parse_known_args()
    codes = []
    for only, workers in ((Only.TOGETHER, chosen.workers), (Only.ALONE, "0")):
        codes.append(_pytest("--only", only, "-n", workers, *others))
        if codes[-1] == INTERRUPTED:
            break
    return verdict(codes)


def verdict(codes: Sequence[int]) -> int:
    """Of both parts: one of them may have no tests, for instance where a single file was asked for."""
    failed = [code for code in codes if code not in (PASSED, NO_TESTS)]
    if failed:
        return failed[0]
    return PASSED if PASSED in codes else NO_TESTS


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
