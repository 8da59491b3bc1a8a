"""Which tests failed beside others, kept in a file so that they can be run once more by themselves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

FEW: Final = 12
"""More than so many failures are no matter of what ran beside them."""


class Failures:
    """Writes the names of failed tests to a file, one a line, at the end of the run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed[report.nodeid] = None

    def pytest_sessionfinish(self) -> None:
        self._path.write_text("".join(f"{name}\n" for name in self._failed))


def failed_in(path: Path) -> list[str]:
    """The names in the file, in the order of their failures; none if the run ended before it was written."""
    return path.read_text().splitlines() if path.exists() else []


def told_of_repeated(names: Sequence[str], *, passed: bool) -> str:
    """What the end of a run says of tests that failed beside others, and then passed or failed by themselves."""
    what = "passed by themselves" if passed else "failed by themselves too"
    return "\n".join((f"Failed beside others, and then {what}:", *(f"  {name}" for name in names)))
