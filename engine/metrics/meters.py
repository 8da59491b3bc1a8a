"""A node's counters and histograms, and all its metrics in the text format of Prometheus.

Ours and not the library prometheus-client: that keeps its metrics in one registry of the process, as module globals,
while here each node has its own and is handed it; and labels with unbounded values are impossible here.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from threading import Lock
from typing import Final

from engine.metrics.table import CallStep, Declaration, MeasuredOfCall, Metric, MetricKind

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Series = tuple[Metric, tuple[str, ...]]
"""A metric with a value for each of its labels."""


@dataclass(slots=True)
class _Histogram:
    counts: list[int]
    """For each bucket what is in it and in no smaller one; the last has no upper bound."""
    total: float = 0.0


@dataclass(slots=True)
class Meters:
    """Counts and measures from any thread. Every series is there from the start, with zero."""

    _counts: dict[Series, float] = field(init=False)
    _histograms: dict[Series, _Histogram] = field(init=False)
    _of_calls: tuple[tuple[Metric, MeasuredOfCall], ...] = field(init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self._counts = dict.fromkeys(_series(MetricKind.COUNTER), 0.0)
        self._histograms = {
            series: _Histogram([0] * (len(series[0].value.buckets) + 1)) for series in _series(MetricKind.HISTOGRAM)
        }
        self._of_calls = tuple((each, read) for each in Metric if (read := each.value.of_call) is not None)

    def count(self, metric: Metric, by: float = 1, /, **labels: str) -> None:
        """Add to a counter. Raises KeyError for labels that it is not declared with."""
        with self._lock:
            self._counts[_one(metric, labels)] += by

    def observe(self, metric: Metric, value: float, /, **labels: str) -> None:
        """Add a value to a histogram. Raises KeyError for labels that it is not declared with."""
        with self._lock:
            histogram = self._histograms[_one(metric, labels)]
            histogram.counts[bisect_left(metric.value.buckets, value)] += 1
            histogram.total += value

    def measure(self, step: CallStep) -> None:
        """Add what happened to a call to every metric that is measured of calls."""
        for metric, of_call in self._of_calls:
            value = of_call(step)
            if value is not None:
                add = self.observe if metric.value.kind is MetricKind.HISTOGRAM else self.count
                add(metric, value, **{name: getattr(step.call, name) for name in metric.value.labels})

    def text(self, gauges: Mapping[Metric, float]) -> str:
        """All metrics, with the gauges as they are now; one that is not known now is left out."""
        with self._lock:
            return "".join(f"{line}\n" for metric in Metric for line in self._lines(metric, gauges))

    def _lines(self, metric: Metric, gauges: Mapping[Metric, float]) -> Iterator[str]:
        declared = metric.value
        samples = self._samples(metric, gauges)
        if samples:
            yield f"# HELP {declared.name} {declared.help}"
            yield f"# TYPE {declared.name} {declared.kind}"
            yield from samples

    def _samples(self, metric: Metric, gauges: Mapping[Metric, float]) -> list[str]:
        match metric.value.kind:
            case MetricKind.COUNTER:
                return [f"{_named(each)} {_figure(self._counts[each])}" for each in _series_of(metric)]
            case MetricKind.HISTOGRAM:
                return [line for each in _series_of(metric) for line in _buckets(each, self._histograms[each])]
            case MetricKind.GAUGE:
                return [f"{metric.value.name} {_figure(gauges[metric])}"] if metric in gauges else []


def _series(kind: MetricKind) -> Iterator[Series]:
    return (series for metric in Metric if metric.value.kind is kind for series in _series_of(metric))


def _series_of(metric: Metric) -> Iterator[Series]:
    return ((metric, values) for values in product(*metric.value.labels.values()))


def _one(metric: Metric, labels: Mapping[str, str]) -> Series:
    if labels.keys() != metric.value.labels.keys():
        raise KeyError(f"{metric.value.name} has the labels {', '.join(metric.value.labels) or 'none'}")
    return metric, tuple(str(labels[name]) for name in metric.value.labels)


def _named(series: Series, suffix: str = "", **more: str) -> str:
    metric, values = series
    declared: Declaration = metric.value
    labels = {**dict(zip(declared.labels, values, strict=True)), **more}
    told = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{declared.name}{suffix}{{{told}}}" if told else f"{declared.name}{suffix}"


def _buckets(series: Series, histogram: _Histogram) -> Iterator[str]:
    so_far = 0
    for bound, count in zip((*series[0].value.buckets, None), histogram.counts, strict=True):
        so_far += count
        yield f"{_named(series, '_bucket', le='+Inf' if bound is None else f'{bound:g}')} {so_far}"
    yield f"{_named(series, '_sum')} {_figure(histogram.total)}"
    yield f"{_named(series, '_count')} {so_far}"


def _figure(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
