"""Metrics of several nodes are one text that Prometheus reads, each figure with the node it is of."""

import pytest

from api.node.machine_metrics import is_worker_beside
from engine.metrics.joined import joined
from engine.metrics.meters import Meters
from engine.metrics.table import Metric


def text_of(calls: float) -> str:
    return Meters().text({Metric.CALLS_LIVE: calls})


def samples_of(text: str, metric: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith((f"{metric} ", f"{metric}{{"))]


def test_each_figure_has_its_node_and_each_metric_one_description() -> None:
    told, metric = joined({"a": text_of(3), "b": text_of(5)}), Metric.CALLS_LIVE.value.name

    assert samples_of(told, metric) == [f'{metric}{{node="a"}} 3', f'{metric}{{node="b"}} 5']
    figures = [line for line in told.splitlines() if not line.startswith("#")]
    assert all('{node="' in line for line in figures)
    assert len(figures) == 2 * len([line for line in text_of(0).splitlines() if not line.startswith("#")])
    described = [line for line in told.splitlines() if line.startswith("#")]
    assert described == [line for line in text_of(0).splitlines() if line.startswith("#")]


def test_the_lines_of_a_metric_stand_together_below_its_description() -> None:
    told = joined({"a": text_of(3), "b": text_of(5)}).splitlines()
    begun = [line.split()[2] for line in told if line.startswith("# HELP")]

    below, metric = list[str](), ""
    for line in told:
        if line.startswith("# HELP"):
            metric = line.split()[2]
            below.append(metric)
        elif not line.startswith("#"):
            assert line.startswith(metric)
    assert below == begun == list(dict.fromkeys(begun))


def test_other_labels_stay() -> None:
    labelled = next(line for line in text_of(0).splitlines() if not line.startswith("#") and "{" in line)

    told = joined({"a": text_of(0)})

    assert labelled.replace("{", '{node="a",') in told.splitlines()


def test_what_one_node_alone_knows_is_told_with_its_description() -> None:
    one, other = Meters().text({}), text_of(1)

    assert f'{Metric.CALLS_LIVE.value.name}{{node="b"}} 1' in joined({"a": one, "b": other})
    assert f"# TYPE {Metric.CALLS_LIVE.value.name} gauge" in joined({"a": one, "b": other})


@pytest.mark.parametrize(
    ("name", "mine", "beside"),
    [
        ("node-2", "node-1", True),
        ("ghent-a-12", "ghent-a-1", True),
        ("node-1", "node-1", False),
        ("other-2", "node-1", False),
        ("node-x", "node-1", False),
        ("2", "1", False),
    ],
)
def test_workers_of_a_machine_are_known_by_their_names(name: str, mine: str, *, beside: bool) -> None:
    assert is_worker_beside(name, mine) is beside
