"""How every run of the tests is organised; the parts are in tests/running."""

import signal
from pathlib import Path

import hypothesis
import pytest

from tests.running import crashes
from tests.running.cheaper import leave_out_of_collections, make_cheaper
from tests.running.cost import Costs
from tests.running.failed import Failures
from tests.running.first import STARTING
from tests.running.leftovers import end_leftovers
from tests.running.once import begin_run, end_run
from tests.running.order import Only, arrange, folder, may_hold
from tests.running.pace import PACE
from tests.running.processes import Processes
from tests.running.summary import Summary

make_cheaper()

QUICK_EXAMPLES = 20
"""Of hypothesis, for `make test-fast`; a fifth of what `make test` tries."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only", choices=[each.value for each in Only], help="a part of the tests; see tests/running/order.py"
    )
    parser.addoption("--failed-to", type=Path, help="a file for the names of failed tests, one a line")


def pytest_configure(config: pytest.Config) -> None:
    # A shell's background jobs ignore it, and so would each program that a test starts, and ends by it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Properties are about what is right; how soon examples are made and tried hangs on what else the machine does.
    suppressed = [hypothesis.HealthCheck.too_slow]
    examples = QUICK_EXAMPLES if _part(config) is Only.FAST else hypothesis.settings().max_examples
    hypothesis.settings.register_profile("ours", max_examples=examples, deadline=None, suppress_health_check=suppressed)
    hypothesis.settings.load_profile("ours")
    config.pluginmanager.register(Costs())
    config.pluginmanager.register(Processes())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary())
        config.pluginmanager.register(crashes)
        if config.getoption("--failed-to"):
            config.pluginmanager.register(Failures(config.getoption("--failed-to")))
        folder = begin_run()
        config.add_cleanup(lambda: _end(folder))


def _part(config: pytest.Config) -> Only | None:
    only = config.getoption("--only")
    return Only(only) if only else None


def _end(folder: Path) -> None:
    for command in end_leftovers(folder):
        print(f"Ended what a test had left behind: {command}")
    end_run(folder)


def pytest_runtest_setup(item: pytest.Item) -> None:
    STARTING.begin(item)
    if folder(item) != "unit":
        PACE.measure()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    # What is not known to be in vain is for pytest to decide.
    return None if may_hold(collection_path, _part(config)) else True


def pytest_collection_finish() -> None:
    leave_out_of_collections()


# Last, so that the marks that folders give their tests are there.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = arrange(items, _part(config))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
