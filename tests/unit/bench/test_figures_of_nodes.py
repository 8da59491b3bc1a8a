"""What is computed of what several nodes, their proxy and their database were seen to do."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.committers import Notified
from bench.database_server import Work, work_of_call
from bench.event_readers import StreamReader
from bench.hindrance import beside
from bench.limited_calls import LIMITS
from bench.scenarios.cluster_setup import CALCULATED, answered, at_ease, calculated
from bench.scenarios.contention import compared
from bench.scenarios.forward import forwarded, told
from bench.scenarios.setup import LATE_MS
from bench.workers import cpu_per_call

NOON_S = 1795953600.0
costs = st.floats(min_value=0.1, max_value=100)


def test_a_calls_transactions_are_those_under_load_without_those_of_as_much_time_without_calls() -> None:
    idle = Work(transactions=20, statements=30, commits=10, took_ms=5)
    loaded = Work(transactions=120, statements=460, commits=60, took_ms=50)

    assert work_of_call(idle, 10, loaded, 20, calls=10) == {
        "transactions_per_call": 8,
        "statements_per_call": 40,
        "commits_per_call": 4,
        "database_ms_per_call": 4,
    }


@given(nodes=costs, proxy=costs, database=costs)
def test_cpu_of_a_call_is_that_of_all_programs_less_what_they_take_idle(
    nodes: float, proxy: float, database: float
) -> None:
    own = {"nodes": nodes, "proxy": proxy, "database": database}
    before = dict.fromkeys(own, 3.0)
    idle = {"nodes": 0.04, "proxy": 0.01, "database": 0.02}
    after = {each: 3.0 + 10 * idle[each] + 50 * took / 1000 for each, took in own.items()}

    figures = cpu_per_call(before, after, idle, seconds=10, calls=50)

    assert figures["cpu_ms_per_call"] == pytest.approx(sum(own.values()))
    assert [figures[f"{each}_cpu_ms_per_call"] for each in own] == pytest.approx(list(own.values()))


@given(cpu_ms=costs)
def test_the_calculated_rate_is_a_straight_line_and_leaves_a_part_of_each_core(cpu_ms: float) -> None:
    rates = list(calculated(cpu_ms).values())

    assert rates == pytest.approx([rates[0] * workers / CALCULATED[0] for workers in CALCULATED])
    assert rates[0] * cpu_ms / 1000 < CALCULATED[0]


def test_what_the_same_work_took_more_while_calls_came_is_no_cost_of_a_call() -> None:
    assert at_ease(15.0, usual_ms=0.8, then_ms=1.2) == {
        "work_takes_more": pytest.approx(1.5),
        "cpu_ms_per_call_at_ease": pytest.approx(10.0),
    }


def test_pieces_of_work_are_timed_while_something_else_is_measured() -> None:
    with beside() as pieces:
        time.sleep(0.3)

    assert 1 <= len(pieces.took_ms) <= 6
    assert pieces.usual_ms > 0


def test_who_is_answered_late_is_answered_but_not_in_time() -> None:
    assert answered([20.0, LATE_MS, LATE_MS + 1, 30.0], offered_s=2.0) == {"answered_per_s": 2.0, "in_time_per_s": 1.5}


def test_what_a_request_takes_more_is_told_of_its_median() -> None:
    figures = forwarded("get", [1.0, 2.0, 90.0], [4.0, 5.0, 6.0])

    assert figures["get_more_ms"] == 3.0
    assert figures["get_owner_ms_p50"] == 2.0
    assert figures["get_other_ms_p99"] == 6.0


def test_an_event_is_as_late_as_it_is_read_after_it_happened_and_all_else_is_no_event() -> None:
    reader = StreamReader()
    event = {"id": 7, "kind": "answered", "at": "2026-11-29T12:00:00.250Z"}

    for line in (b": events\n", b"\n", b"id: 7\n", b"event: answered\n", b"data: " + json.dumps(event).encode()):
        reader.take(line, NOON_S + 0.3)

    assert reader.late_ms == {7: pytest.approx(50.0, abs=0.1)}


def test_an_event_that_comes_over_one_stream_alone_has_failed() -> None:
    near, far = StreamReader({1: 5.0, 2: 6.0, 3: 7.0}), StreamReader({1: 15.0, 2: 16.0, 4: 17.0})

    figures = told(near, far)

    assert figures["failed"] == 2.0
    assert (figures["event_owner_ms_p50"], figures["event_other_ms_p50"]) == (6.0, 16.0)


def test_notices_and_limits_are_told_by_what_they_leave_of_the_rate_without() -> None:
    rates = {f"{each}_per_s": rate for each, rate in zip(Notified, (1000.0, 400.0, 900.0), strict=True)}
    rates |= {f"{each}_calls_per_s": rate for each, rate in zip(LIMITS, (300.0, 200.0, 100.0), strict=True)}

    figures = compared(rates)

    assert (figures["each_told_leaves"], figures["seldom_told_leaves"]) == (0.4, 0.9)
    assert (figures["limit_at_once_leaves"], figures["both_limits_leaves"]) == pytest.approx((2 / 3, 1 / 3))
