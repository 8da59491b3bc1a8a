"""Rows as a table for people."""

from collections.abc import Sequence

from bench.rows import Measured, Row, growth_of, highest_load

_SHOWN = 3


def table(rows: Sequence[Row]) -> str:
    """The compared figure of each row, ours and the other's, their ratio, and what failed."""
    head = ("scenario", "load", "figure", "ours", "other", "", "ratio", "failed, ours", "other's")
    lines = [head, *map(_line, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def of_loads(rows: Sequence[Row]) -> str:
    """A line for each scenario with several loads: the highest without a failure, and growth of the compared figure."""
    told = []
    for name in dict.fromkeys(row.scenario for row in rows):
        own = [row for row in rows if row.scenario == name]
        if len(own) < 2:
            continue
        for ours, side in ((True, "ours"), (False, own[0].other_name)):
            if side:
                grown = ", ".join(f"to {load}: x{factor:.2f}" for load, factor in growth_of(own, ours=ours).items())
                told.append(f"{name}: {side}: highest load with nothing failed {highest_load(own, ours=ours)}; {grown}")
    return "\n".join(told)


def shown(value: float | None) -> str:
    """A figure as short as it is still exact."""
    return "" if value is None else f"{value:.0f}" if abs(value) >= 100 else f"{value:.{_SHOWN - 1}f}"


def errors(rows: Sequence[Row]) -> list[str]:
    """What went wrong, each with whose it is."""
    told = []
    for row in rows:
        for name, side in (("ours", row.ours), (row.other_name, row.other)):
            if side is not None and side.error:
                told.append(f"{row.scenario} at {row.load}, {name}: {side.error}")
    return told


def _line(row: Row) -> tuple[str, ...]:
    other = row.other or Measured()
    return (
        row.scenario, str(row.load), row.compared,
        shown(row.ours.figures.get(row.compared)), shown(other.figures.get(row.compared)), row.other_name,
        shown(row.ratio), _failures(row.ours), _failures(row.other) if row.other else "",
    )  # fmt: skip


def _failures(side: Measured) -> str:
    return "see below" if side.error else f"{side.figures.get('failed', 0):.0f}"
