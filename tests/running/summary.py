"""What a run cost: wall and CPU by folder, the tests that took most CPU, and how busy the machine was, at its end."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.running.cost import COST

_COSTLIEST: Final = 20
_WORTH_TELLING_S: Final = 0.5
_PROCESSORS: Final = Path("/proc/stat")


@dataclass(slots=True)
class Sum:
    """Of one folder."""

    tests: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Processors:
    """Ticks of the clock since the machine started, over all its processors."""

    busy: int
    idle: int

    @classmethod
    def now(cls) -> "Processors":
        """Waiting for a disk is idle. What runs in a guest is counted as its host's own already."""
        user, nice, system, idle, waiting, *others = map(int, _PROCESSORS.read_text().splitlines()[0].split()[1:9])
        return cls(user + nice + system + sum(others), idle + waiting)

    def busy_percent_since(self, before: "Processors") -> float:
        """Of all processors, by everything that ran on the machine."""
        busy, idle = self.busy - before.busy, self.idle - before.idle
        return 100 * busy / max(1, busy + idle)


class Summary:
    """Adds up the reports of all workers."""

    def __init__(self) -> None:
        self._sums: Final[defaultdict[str, Sum]] = defaultdict(Sum)
        self._costs: Final[list[tuple[float, str]]] = []
        self._before: Final = Processors.now()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = self._sums["/".join(report.nodeid.split("/")[: 3 if report.nodeid.startswith("tests/unit") else 2])]
        one.wall_s += report.duration
        if report.when == "teardown":
            cost = sum(value for name, value in report.user_properties if name == COST)  # type: ignore[misc]
            one.tests += 1
            one.cpu_s += cost
            if cost >= _WORTH_TELLING_S:
                self._costs.append((cost, report.nodeid))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("seconds by folder")
        terminalreporter.write_line(f"{'':<28}{'tests':>7}{'wall':>9}{'CPU':>9}")
        for name, one in sorted(self._sums.items()):
            terminalreporter.write_line(f"{name:<28}{one.tests:>7}{one.wall_s:>9.1f}{one.cpu_s:>9.1f}")
        terminalreporter.write_line(
            f"The machine's processors were {Processors.now().busy_percent_since(self._before):.0f} % busy."
        )
        terminalreporter.section(f"{_COSTLIEST} tests that took most CPU")
        for cost_s, name in sorted(self._costs, reverse=True)[:_COSTLIEST]:
            terminalreporter.write_line(f"{cost_s:.2f}s {name}")
