"""The limits of a node: when a figure stands in the way of another call, and when it does no longer."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from api.node.load_watch import LoadWatch, memory_mb, open_files
from api.node.machine import Machine, limits_of, quota_of
from config.settings import Settings
from engine.errors import Overloaded
from engine.live.admission.control import AdmissionControl
from engine.live.admission.limits import Figure, Limit, exceeded
from engine.metrics.meters import Meters
from engine.model.call import Direction

MACHINE = Machine(cores=4, memory_mb=8000, files=1024, rtp_ports=4001)

figures = st.builds(Figure, st.sampled_from(Limit), st.floats(0, 1000), st.floats(1, 500))


class HandClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


def control(clock: HandClock, **most: float) -> AdmissionControl:
    as_clock: Any = clock
    return AdmissionControl(as_clock, Meters(), most={Limit[name]: each for name, each in most.items()})


@given(figures)
def test_what_reaches_its_most_is_too_much_and_what_is_below_is_not(figure: Figure) -> None:
    assert bool(exceeded([figure], frozenset())) is (figure.now >= figure.most)


@given(figures)
def test_what_was_too_much_has_to_fall_further(figure: Figure) -> None:
    again = figure.most * figure.limit.again_below

    assert bool(exceeded([figure], frozenset({figure.limit}))) is (figure.now >= again)


@pytest.mark.parametrize("limit", [each for each in Limit if each not in (Limit.CALLS, Limit.CALL_RATE)])
def test_each_limit_stands_in_the_way_of_calls_and_says_its_name_and_figures(limit: Limit) -> None:
    admission = control(HandClock(), **{limit.name: 200.0})
    admission.measured({limit: 250.0})

    with pytest.raises(
        Overloaded, match=rf"{limit.title}: 250{limit.unit}, and 200{limit.unit} is the most"
    ) as refused:
        admission.require(Direction.OUTBOUND)
    admission.measured({limit: 200 * limit.again_below - 1})

    assert refused.value.again_after_s == 1
    assert admission.admits(Direction.INBOUND)


def test_calls_are_refused_at_as_many_as_may_be_and_admitted_as_soon_as_one_ends() -> None:
    live = SimpleNamespace(calls=2)
    admission = control(HandClock(), CALLS=2)
    admission.count_calls_by(lambda: live.calls)

    full = not admission.admits(Direction.INBOUND)
    live.calls = 1

    assert full
    assert admission.admits(Direction.INBOUND)


def test_no_more_calls_begin_within_a_second_than_may() -> None:
    clock = HandClock()
    admission = control(clock, CALL_RATE=3)
    for _ in range(3):
        admission.begin().done()

    refused = not admission.admits(Direction.INBOUND)
    clock.now_s += 1

    assert refused
    assert admission.admits(Direction.INBOUND)


def test_what_is_not_looked_at_yet_stands_in_nobodys_way() -> None:
    assert control(HandClock(), CPU=90).admits(Direction.INBOUND)


@pytest.mark.parametrize(("lags_ms", "admits"), [((500, 10, 500), True), ((500, 500, 400), False), ((500,), True)])
def test_a_moment_of_lag_refuses_nobody(lags_ms: Sequence[float], admits: bool) -> None:
    clock: Any = HandClock()
    admission = control(clock, LOOP_LAG=300)
    watch = LoadWatch(admission, clock, 1, {})

    for each in lags_ms:
        watch.saw({Limit.LOOP_LAG: each})

    assert admission.admits(Direction.INBOUND) is admits


def test_this_process_has_files_and_memory() -> None:
    with Path(__file__).open() as _:
        files = open_files()

    assert files > 3
    assert memory_mb() > 10


def test_the_log_says_which_limit_it_is() -> None:
    admission = control(HandClock(), CPU=90)
    admission.measured({Limit.CPU: 97.5})

    with capture_logs() as lines:
        admission.admits(Direction.INBOUND)

    assert "CPU of this node: 97.5 %, and 90 % is the most" in lines[0]["said"]


@pytest.mark.parametrize(
    ("machine", "calls"),
    [
        (MACHINE, 164),
        (Machine(4, 8000, float("inf"), 4001), 1024),
        (Machine(4, 1000, float("inf"), 4001), 550),
        (Machine(4, 8000, float("inf"), 200), 100),
        (Machine(1, 100, 100, 2), 1),
    ],
)
def test_as_many_calls_fit_a_machine_as_what_is_used_up_first(machine: Machine, calls: int) -> None:
    assert limits_of(Settings(), machine)[Limit.CALLS] == calls


def test_a_setting_wins_and_off_is_no_limit() -> None:
    limits = limits_of(Settings(most_calls=7, most_cpu_percent="off"), MACHINE)

    assert limits[Limit.CALLS] == 7
    assert Limit.CPU not in limits


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, float("inf")),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_a_containers_part_of_the_cores_is_what_its_control_group_says(
    tmp_path: Path, files: dict[str, str], cores: float
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert quota_of(tmp_path) == cores
