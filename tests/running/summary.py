"""What a run cost: wall and CPU by folder, printed at its end."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pytest

from tests.running.cost import COST


@dataclass(slots=True)
class Sum:
    """Of one folder."""

    tests: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


class Summary:
    """Adds up the reports of all workers."""

    def __init__(self) -> None:
        self._sums: Final[defaultdict[str, Sum]] = defaultdict(Sum)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = self._sums["/".join(report.nodeid.split("/")[: 3 if report.nodeid.startswith("tests/unit") else 2])]
        one.wall_s += report.duration
        if report.when == "teardown":
            one.tests += 1
            one.cpu_s += sum(value for name, value in report.user_properties if name == COST)  # type: ignore[misc]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("seconds by folder")
        terminalreporter.write_line(f"{'':<28}{'tests':>7}{'wall':>9}{'CPU':>9}")
        for name, one in sorted(self._sums.items()):
            terminalreporter.write_line(f"{name:<28}{one.tests:>7}{one.wall_s:>9.1f}{one.cpu_s:>9.1f}")
