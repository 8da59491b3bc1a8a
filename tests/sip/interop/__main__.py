"""Makes every call of the matrix, and writes what became of them into docs/interop.md.

python -m tests.sip.interop [options of pytest]
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tests.sip.interop.cases import POSSIBLE, WHOLE, Case
from tests.sip.interop.page import PAGE, with_matrix, written

_TEST: Final = f"{Path(__file__).parent}/test_matrix.py::test_both_ends_hear_each_other_through_the_call"


def main(options: Sequence[str]) -> int:
    """The command line; the code to exit with is 1 if a call has failed, also by itself."""
    told = made(options, [_TEST])
    failed = [case for case, well in told.items() if not well]
    if failed:
        # A machine may stand still for seconds while several run, as in `make test`.
        told |= made([], [f"{_TEST}[{case}]" for case in failed])
    PAGE.write_text(with_matrix(PAGE.read_text(encoding="utf-8"), written(told)), encoding="utf-8")
    return 0 if told and all(told.values()) else 1


def made(options: Sequence[str], tests: Sequence[str]) -> dict[Case, bool]:
    """Whether each call that pytest made went as it should."""
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", *options, *tests]
        subprocess.run(command, check=False, env={**os.environ, WHOLE: "1"})
        return read(results) if results.exists() else {}


def read(results: Path) -> dict[Case, bool]:
    """What pytest has written of each call."""
    named = {str(each): each for each in POSSIBLE}
    told = {
        test.get("name", "").partition("[")[2].removesuffix("]"): not any(
            test.find(each) is not None for each in ("failure", "error", "skipped")
        )
        for test in ElementTree.parse(results).iter("testcase")
    }
    return {named[name]: well for name, well in told.items() if name in named}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
