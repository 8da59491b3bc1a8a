"""The table of metrics in docs/operations.md, made from engine/metrics/table.py.

python -m engine.metrics.reference docs/operations.md     # renews it
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from engine.metrics.table import Declaration, Metric
from engine.page_tables import renewed, row


def tables() -> Mapping[str, str]:
    """The one there is, by its name."""
    rows = [row(f"`{each.name}`", str(each.kind), each.help, _labels(each)) for each in (one.value for one in Metric)]
    return {"metrics": "\n".join(["| metric | kind | | labels |", "|---|---|---|---|", *rows]) + "\n"}


def _labels(metric: Declaration) -> str:
    told = (f"`{name}`: {', '.join(f'`{each}`' for each in values)}" for name, values in metric.labels.items())
    return "; ".join(told)


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text("utf-8"), tables()), "utf-8")
