"""What a test may cost: seconds of CPU of this process and of the children that ended, by folder.

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
LIMITS_S: Final = {"unit": 5.0, "sip": 10.0, "asterisk": 20.0, "product": 25.0, "contract": 25.0}
"""By folder of `tests`, for one test with the fixtures that are its own."""


@dataclass(slots=True)
class Meter:
    """CPU of the test that runs now; what was made for many tests is not counted against one."""

    began: float = 0.0
    shared: float = 0.0

    def start(self) -> None:
        self.began, self.shared = used_s(), 0.0

    @property
    def spent_s(self) -> float:
        return used_s() - self.began - self.shared


@dataclass(slots=True)
class Forked:
    """CPU of processes that are no children of this one, since another forked them for it."""

    used_s: float = 0.0


FORKED: Final = Forked()
COST: Final = "cpu_s"
"""The name of a report's user property with what the test has cost."""


def used_s() -> float:
    """CPU of this process since its start, and of all its children that were waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + FORKED.used_s


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
        before = used_s()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._meter.shared += used_s() - before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when != "teardown":
            return report
        spent = self._meter.spent_s
        report.user_properties.append((COST, round(spent, 3)))
        limit = limit_s(item.path)
        if spent > limit and item.get_closest_marker("costly") is None and report.passed:
            report.outcome = "failed"
            report.longrepr = (
                f"{item.nodeid} cost {spent:.1f} s of CPU; its folder's limit is {limit:g} s. "
                f"Make it cheaper, or say why with @pytest.mark.costly('because …')."
            )
        return report
