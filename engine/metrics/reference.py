"""The table of metrics in docs/operations.md, made from engine/metrics/table.py.

python -m engine.metrics.reference docs/operations.md     # renews it
"""

from collections.abc import Mapping

from engine.metrics.table import Declaration, Metric
from engine.page_tables import renew, row, table


def tables() -> Mapping[str, str]:
    """The one there is, by its name."""
    rows = [row(f"`{each.name}`", str(each.kind), each.help, _labels(each)) for each in (one.value for one in Metric)]
    return {"metrics": table(("metric", "kind", "", "labels"), rows)}


def _labels(metric: Declaration) -> str:
    told = (f"`{name}`: {', '.join(f'`{each}`' for each in values)}" for name, values in metric.labels.items())
    return "; ".join(told)


if __name__ == "__main__":
    renew(tables())
