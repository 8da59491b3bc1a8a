"""What a test may cost: seconds of CPU of this process and of what it forked, by folder.

CPU, not wall: a slow or busy machine is no failure, a test that does too much is one.
"""

import resource
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

TESTS: Final = Path(__file__).resolve().parents[1]
LIMITS_S: Final = {"unit": 8.0, "sip": 10.0, "asterisk": 20.0, "product": 25.0, "contract": 25.0, "cluster": 40.0}
"""By folder of `tests`, for one test with the fixtures that are its own."""


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of CPU: `own` of this process and what was forked for it, `children` of what it executed itself.

    The kernel counts a child when it is waited for, which may be in a later test, so no test fails for those.
    """

    own: float = 0.0
    children: float = 0.0

    @classmethod
    def now(cls) -> "Used":
        """Since this process began."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(time.process_time() + FORKED.used_s, children.ru_utime + children.ru_stime)

    def __sub__(self, other: "Used") -> "Used":
        return Used(self.own - other.own, self.children - other.children)

    def __add__(self, other: "Used") -> "Used":
        return Used(self.own + other.own, self.children + other.children)


@dataclass(slots=True)
class Meter:
    """CPU of the test that runs now; what was made for many tests is not counted against one."""

    began: Used = Used()
    shared: Used = Used()

    def start(self) -> None:
        self.began, self.shared = Used.now(), Used()

    @property
    def spent(self) -> Used:
        return Used.now() - self.began - self.shared


@dataclass(slots=True)
class Forked:
    """CPU of processes that are no children of this one, since another forked them for it."""

    used_s: float = 0.0


FORKED: Final = Forked()
COST: Final = "cpu_s"
"""The name of a report's user property with what the test has cost."""


def limit_s(path: Path) -> float:
    """What a test in this file may cost."""
    return LIMITS_S.get(path.relative_to(TESTS).parts[0], min(LIMITS_S.values()))


class Costs:
    """Measures each test, and fails one that costs more than its folder allows without saying why."""

    def __init__(self) -> None:
        self._meter = Meter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        self._meter.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        before = Used.now()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._meter.shared += Used.now() - before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when != "teardown":
            return report
        spent = self._meter.spent
        report.user_properties.append((COST, round(spent.own + spent.children, 3)))
        limit = limit_s(item.path)
        if spent.own > limit and item.get_closest_marker("costly") is None and report.passed:
            report.outcome = "failed"
            report.longrepr = (
                f"{item.nodeid} cost {spent.own:.1f} s of CPU; its folder's limit is {limit:g} s. "
                f"Make it cheaper, or say why with @pytest.mark.costly('because …')."
            )
        return report
