"""Curves of a scenario by load, as PNG and SVG. Needs the extra `report`."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rcParams
from matplotlib.figure import Figure

from bench.rows import Row, side_by_load

_PNG_DOTS_PER_INCH = 120


def plot(rows: Sequence[Row], path: Path) -> None:
    """The compared figure of each side, to PATH.png and PATH.svg; the same rows make the same bytes."""
    compared, other_name = rows[0].compared, rows[0].other_name
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for ours, label in ((True, "ours"), (False, other_name)):
        sides = side_by_load(rows, ours=ours)
        points = [(load, side.figures[compared]) for load, side in sides.items() if compared in side.figures]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.set(title=rows[0].scenario, xlabel="load", ylabel=compared.replace("_", " "), ylim=(0, None))
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    saved(figure, path)


def saved(figure: Figure, path: Path) -> None:
    """Write the figure to PATH.png and PATH.svg; the same figure makes the same bytes."""
    rcParams["svg.hashsalt"] = "bench"
    figure.savefig(path.with_suffix(".png"), dpi=_PNG_DOTS_PER_INCH, metadata={"Software": None})
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    _without_blanks_at_the_end(path.with_suffix(".svg"))


def _without_blanks_at_the_end(path: Path) -> None:
    """Take blanks from the ends of a text file's lines, as the repository asks."""
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")
