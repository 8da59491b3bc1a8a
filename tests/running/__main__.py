"""Runs the tests: most side by side, then those that measure time so exactly that each runs by itself.

A few that failed side by side run once more by themselves: the machine may have stood still for seconds, which it tells
nobody. Both ends are told, and the run has passed if they pass then; with --strict they are not repeated.

python -m tests.running [-n WORKERS] [--strict] [what pytest takes]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.running.failed import FEW, failed_in, told_of_repeated
from tests.running.order import Only

PASSED, FAILED, INTERRUPTED, NO_TESTS = 0, 1, 2, 5
"""Exit codes of pytest."""


def main() -> int:
    """The exit code: pytest's own of the first part that did not pass."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", dest="workers", default="auto", help="how many tests run side by side")
    parser.add_argument("--strict", action="store_true", help="repeat nothing that failed")
    chosen, others = parser.parse_known_args()
    return run(_pytest, others, workers=chosen.workers, strict=chosen.strict)


def run(pytest: Callable[[Sequence[str]], int], others: Sequence[str], *, workers: str, strict: bool) -> int:
    """Run both parts, and once more what failed of the first; `pytest` takes arguments and gives its exit code."""
    with tempfile.TemporaryDirectory(prefix="telefoon-run-") as folder:
        path = Path(folder) / "failed"
        together = pytest(["--only", Only.TOGETHER, "-n", workers, "--failed-to", str(path), *others])
        failed = failed_in(path)
    if together == INTERRUPTED:
        return INTERRUPTED
    alone = pytest(["--only", Only.ALONE, "-n", "0", *others])
    if together == FAILED and 0 < len(failed) <= FEW and not strict:
        together = pytest(["-n", "0", *failed])
        print(told_of_repeated(failed, passed=together == PASSED), flush=True)
    return verdict((together, alone))


def verdict(codes: Sequence[int]) -> int:
    """Of both parts: one of them may have no tests, for instance where a single file was asked for."""
    failed = [code for code in codes if code not in (PASSED, NO_TESTS)]
    if failed:
        return failed[0]
    return PASSED if PASSED in codes else NO_TESTS


def _pytest(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
