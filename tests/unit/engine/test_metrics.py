"""The table of metrics keeps to the rules of Prometheus, and docs/operations.md has it."""

import ast
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from engine.metrics.reference import tables
from engine.metrics.table import Metric, MetricKind
from engine.model.call import Call
from engine.page_tables import renewed
from tests.unit.promises.sources import sources

pytestmark = pytest.mark.promise

CHECKOUT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
TABLE: Final = {CHECKOUT / "engine" / "metrics" / "table.py"}


def test_the_page_has_the_table_of_the_product() -> None:
    assert PAGE.count("<!-- made from the declarations: metrics -->") == 1
    assert renewed(PAGE, tables()) == PAGE, "renew it: python -m engine.metrics.reference docs/operations.md"


@pytest.mark.parametrize("metric", Metric)
def test_its_name_says_its_unit_and_whether_it_only_grows(metric: Metric) -> None:
    declared = metric.value

    assert re.fullmatch("telefoon_[a-z_]+[a-z]", declared.name)
    assert declared.name.endswith("_total") == (declared.kind is MetricKind.COUNTER)
    assert declared.name.removesuffix("_total").endswith(f"_{declared.unit}" if declared.unit else "")


@pytest.mark.parametrize("metric", Metric)
def test_it_is_explained_in_a_line(metric: Metric) -> None:
    assert re.fullmatch(r"[A-Z][^\n\\]+\.", metric.value.help)


@pytest.mark.parametrize("metric", Metric)
def test_its_labels_have_few_values(metric: Metric) -> None:
    series = 1
    for values in metric.value.labels.values():
        series *= len(values)

    assert series <= 50


@pytest.mark.parametrize("metric", Metric)
def test_a_histogram_and_nothing_else_has_buckets_that_grow(metric: Metric) -> None:
    buckets = metric.value.buckets

    assert bool(buckets) == (metric.value.kind is MetricKind.HISTOGRAM)
    assert list(buckets) == sorted(set(buckets))


def test_no_name_stands_twice() -> None:
    assert Counter(each.value.name for each in Metric).most_common(1)[0][1] == 1


@pytest.mark.parametrize("metric", [each for each in Metric if each.value.of_call is not None])
def test_what_is_measured_of_calls_is_no_gauge_and_has_labels_that_a_call_has(metric: Metric) -> None:
    assert metric.value.kind is not MetricKind.GAUGE
    assert set(metric.value.labels) <= {each.name for each in fields(Call)}


def test_every_metric_is_either_measured_of_calls_or_counted_or_read_somewhere() -> None:
    files = set(sources(packages=("api", "engine", "sip"))) - TABLE
    used = {
        node.attr
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric"
    }

    assert used == {each.name for each in Metric if each.value.of_call is None}
