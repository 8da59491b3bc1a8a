"""Tests of tests/unit that start other programs say so, so that `make test-fast` can leave them out."""

import sys
from collections.abc import Generator

import pytest

from tests.running.order import folder, starts_programs


class Processes:
    """Fails a quick test that starts a program without being marked for it."""

    def __init__(self) -> None:
        self._started: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "subprocess.Popen":
            self._started.append(str(arguments[1])[:200])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        self._started.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        unmarked = folder(item) == "unit" and not starts_programs(item)
        if report.when == "teardown" and report.passed and unmarked and self._started:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} starts {self._started[0]}; mark it with @pytest.mark.processes."
        return report
