"""How a run of the tests is organised."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.running.__main__ import FAILED, INTERRUPTED, NO_TESTS, PASSED, run, verdict
from tests.running.failed import FEW
from tests.running.leftovers import end_leftovers
from tests.running.once import VARIABLE
from tests.running.order import Only, by_turns, may_hold
from tests.running.pace import factor

ONE_OF_TWELVE_ENDS_ITS_PROCESS: Final = """
import os
import pytest

@pytest.mark.parametrize("number", range(12))
def test_it(number):
    if number == 5:
        os.kill(os.getpid(), 9)
"""


@dataclass(slots=True)
class Pytest:
    """Stands for pytest: these fail beside others, and `then` is the end of those that are repeated."""

    failing: Sequence[str] = ()
    then: int = PASSED
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, arguments: Sequence[str]) -> int:
        self.asked.append(list(arguments))
        if "--failed-to" in arguments:
            path = Path(arguments[arguments.index("--failed-to") + 1])
            path.write_text("".join(f"{name}\n" for name in self.failing))
            return FAILED if self.failing else PASSED
        return self.then if self.failing and arguments[-1] == self.failing[-1] else PASSED


@pytest.mark.parametrize(("then", "told"), [(PASSED, "passed by themselves"), (FAILED, "failed by themselves too")])
def test_a_few_that_failed_beside_others_are_repeated_by_themselves_once_and_told(
    then: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = Pytest(["a::b", "c::d"], then)

    code = run(runner, ["tests"], workers="5", strict=False)

    assert code == then
    assert runner.asked[1:] == [["--only", "alone", "-n", "0", "tests"], ["-n", "0", "a::b", "c::d"]]
    assert capsys.readouterr().out == f"Failed beside others, and then {told}:\n  a::b\n  c::d\n"


@pytest.mark.parametrize(("failing", "strict"), [(["a::b"], True), ([str(each) for each in range(FEW + 1)], False)])
def test_a_strict_run_and_one_in_which_many_fail_repeat_nothing(failing: list[str], strict: bool) -> None:
    runner = Pytest(failing)

    assert run(runner, [], workers="5", strict=strict) == FAILED
    assert len(runner.asked) == 2


def test_a_run_that_passes_repeats_nothing() -> None:
    runner = Pytest()

    assert run(runner, [], workers="5", strict=False) == PASSED
    assert len(runner.asked) == 2


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((PASSED, PASSED), PASSED),
        ((PASSED, NO_TESTS), PASSED),
        ((NO_TESTS, PASSED), PASSED),
        ((NO_TESTS, NO_TESTS), NO_TESTS),
        ((FAILED, PASSED), FAILED),
        ((PASSED, FAILED), FAILED),
        ((INTERRUPTED,), INTERRUPTED),
    ],
)
def test_a_run_has_passed_if_no_part_failed_and_one_had_tests(codes: tuple[int, ...], expected: int) -> None:
    assert verdict(codes) == expected


def test_limits_are_as_chosen_on_an_idle_machine() -> None:
    assert factor(0.001, beside=1) == 1.0


def test_limits_grow_with_the_time_that_work_takes_and_the_workers_beside_within_bounds() -> None:
    slow, slower = factor(0.02, beside=1), factor(0.04, beside=1)
    assert 1.0 < slow < slower
    assert factor(0.001, beside=1000) == factor(100.0, beside=1) == 10.0


def test_what_computes_and_what_waits_are_spread_over_each_other_each_in_its_order() -> None:
    assert by_turns(["a", "b", "c", "d"], ["1", "2"]) == ["a", "1", "b", "c", "2", "d"]
    assert by_turns([], ["1", "2"]) == by_turns(["1", "2"], []) == ["1", "2"]


def test_for_tests_that_run_alone_only_files_with_one_are_read(tmp_path: Path) -> None:
    one, none = tmp_path / "test_one.py", tmp_path / "test_none.py"
    one.write_text("@pytest.mark.alone('time is measured')\ndef test_it(): ...")
    none.write_text("def test_it(): ...")

    assert [may_hold(each, Only.ALONE) for each in (one, none, tmp_path)] == [True, False, True]
    assert may_hold(none, Only.TOGETHER)
    assert may_hold(none, None)


@pytest.mark.processes
def test_a_test_that_ends_its_process_has_failed_and_all_others_run(tmp_path: Path) -> None:
    (tmp_path / "test_twelve.py").write_text(ONE_OF_TWELVE_ENDS_ITS_PROCESS)
    options = ("-n", "2", "--dist=loadgroup", "-p", "tests.running.crashes", "-p", "no:cacheprovider", "-W", "ignore")
    where = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, str(tmp_path)],
        cwd=tmp_path, env=where, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert "1 failed, 11 passed" in ended.stdout
    assert "crashed while running 'test_twelve.py::test_it[5]'" in ended.stdout


@pytest.mark.processes
def test_what_a_run_left_behind_is_ended_and_told_and_nothing_of_another_run(tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    left, others = (_orphan({**os.environ, VARIABLE: str(folder)}) for folder in (run, other))

    ended = end_leftovers(run)

    assert ended == ["sleep 60 "]
    assert _is_over(left)
    assert _lives(others)
    os.kill(others, signal.SIGKILL)


def _orphan(environment: dict[str, str]) -> int:
    """A process whose parent has ended."""
    made = subprocess.run(
        ["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], env=environment, capture_output=True, text=True, check=True
    )
    return int(made.stdout)


def _is_over(process: int) -> bool:
    """Soon: what is killed ends when the machine comes to it."""
    deadline = time.monotonic() + 20
    while _lives(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _lives(process)


def _lives(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
