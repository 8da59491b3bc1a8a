"""Counters and histograms, and how Prometheus reads them."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import meters as meters_module
from engine.metrics.meters import Meters
from engine.metrics.table import CallStep, Declaration, Metric, MetricKind
from engine.model.call import Call, Direction, Event, Status

CALL = Call(
    "CA1", "AC1", Direction.INBOUND, "+3225550100", "+3225550199", Status.IN_PROGRESS,
    datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "node-1",
)  # fmt: skip
NO_GAUGES: dict[Metric, float] = {}
SAMPLE = re.compile(r"(?P<name>[a-z_]+)(\{(?P<labels>([a-z_]+=\"[^\"\\\n]*\",?)*)\})? (?P<value>-?[0-9.e+-]+)")


class MadeHere(Enum):
    """Rows that the product's table does not have."""

    ANSWERED = Declaration(
        "telefoon_answered_total",
        MetricKind.COUNTER,
        "Calls that were answered.",
        labels={"direction": ("inbound", "outbound")},
        of_call=lambda step: 1 if step.event is Event.ANSWERED else None,
    )
    LIFE = Declaration(
        "telefoon_life_seconds",
        MetricKind.HISTOGRAM,
        "From a call's beginning to its end.",
        "seconds",
        {"status": ("completed", "busy")},
        (10, 60),
        lambda step: step.since_s if step.call.ended else None,
    )


def samples(text: str) -> dict[str, float]:
    """Every line that is no comment, by its name with labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines)
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_what_is_counted_is_told_under_its_labels() -> None:
    meters = Meters()

    meters.count(Metric.CALLS_ENDED, direction="inbound", status="completed")
    meters.count(Metric.CALLS_ENDED, direction="inbound", status="completed")

    told = samples(meters.text(NO_GAUGES))
    assert told['telefoon_calls_total{direction="inbound",status="completed"}'] == 2
    assert told['telefoon_calls_total{direction="outbound",status="busy"}'] == 0


def test_a_row_of_the_table_is_all_that_a_metric_of_calls_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters_module, "Metric", MadeHere)
    meters = Meters()

    meters.measure(CallStep(Event.ANSWERED, CALL, 5))
    meters.measure(CallStep(Event.HUNG_UP, replace(CALL, status=Status.COMPLETED), 40))

    told = samples(meters.text(NO_GAUGES))
    assert told['telefoon_answered_total{direction="inbound"}'] == 1
    assert told['telefoon_answered_total{direction="outbound"}'] == 0
    assert told['telefoon_life_seconds_bucket{status="completed",le="10"}'] == 0
    assert told['telefoon_life_seconds_bucket{status="completed",le="60"}'] == 1
    assert told['telefoon_life_seconds_sum{status="completed"}'] == 40
    assert told['telefoon_life_seconds_count{status="busy"}'] == 0


def test_a_large_figure_is_told_to_its_last_digit() -> None:
    meters = Meters()

    meters.count(Metric.RECORDED_BYTES, 123_456_789_013)

    assert "telefoon_recorded_bytes_total 123456789013\n" in meters.text(NO_GAUGES)


@given(st.lists(st.floats(min_value=0, max_value=1000), max_size=30))
def test_a_bucket_holds_all_that_is_no_larger(values: list[float]) -> None:
    meters = Meters()

    for value in values:
        meters.observe(Metric.ANSWER_DELAY, value, direction="outbound")

    told = samples(meters.text(NO_GAUGES))
    name = "telefoon_answer_delay_seconds"
    for bound in Metric.ANSWER_DELAY.value.buckets:
        expected = sum(value <= bound for value in values)
        assert told[f'{name}_bucket{{direction="outbound",le="{bound:g}"}}'] == expected
    assert told[f'{name}_bucket{{direction="outbound",le="+Inf"}}'] == len(values)
    assert told[f'{name}_count{{direction="outbound"}}'] == len(values)
    assert told[f'{name}_sum{{direction="outbound"}}'] == pytest.approx(sum(values))


def test_a_gauge_is_as_it_is_now_and_left_out_where_nobody_knows() -> None:
    meters = Meters()

    assert samples(meters.text({Metric.CALLS_LIVE: 3}))["telefoon_calls_live"] == 3
    assert "telefoon_calls_live" not in meters.text(NO_GAUGES)


@pytest.mark.parametrize("labels", [{}, {"direction": "sideways", "status": "busy"}, {"direction": "inbound"}])
def test_a_label_that_is_not_declared_is_refused(labels: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        Meters().count(Metric.CALLS_ENDED, **labels)


@pytest.mark.parametrize("metric", [each for each in Metric if each.value.kind is not MetricKind.GAUGE])
def test_every_metric_says_what_it_is_before_its_figures(metric: Metric) -> None:
    declared = metric.value

    text = Meters().text(NO_GAUGES)

    head = f"# HELP {declared.name} {declared.help}\n# TYPE {declared.name} {declared.kind}\n{declared.name}"
    assert text.count(head) == 1
