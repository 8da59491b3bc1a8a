"""Makes every call of the matrix, and writes what became of them into docs/interop.md.

python -m tests.sip.interop [options of pytest]
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from tests.sip.interop.cases import POSSIBLE, WHOLE, Case
from tests.sip.interop.page import PAGE, with_matrix, written


def main(options: Sequence[str]) -> int:
    """The command line; the code to exit with is pytest's."""
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", *options, str(Path(__file__).parent)]
        ended = subprocess.run(command, check=False, env={**os.environ, WHOLE: "1"})
        page = with_matrix(PAGE.read_text(encoding="utf-8"), written(passed(results)))
    PAGE.write_text(page, encoding="utf-8")
    return ended.returncode


def passed(results: Path) -> dict[Case, bool]:
    """Whether each call that was made went as it should, by what pytest has written."""
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
