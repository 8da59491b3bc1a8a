"""Two pictures of a profile, as PNG and SVG: functions of all threads, and of Python. Needs the extra `report`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib import colormaps
from matplotlib.figure import Figure

from bench.plots import saved
from bench.profile.results import PYTHON_PICTURE, THREADS_PICTURE, largest

_BARS: Final = 24
_BAR_INCHES: Final = 0.26
_COLOURS: Final = colormaps["tab10"]


def draw(profile: Mapping[str, Any], folder: Path) -> None:
    """Both pictures, into the folder."""
    threads = list(profile["threads"])
    bars = [
        (f"{thread}: {function}", share, _COLOURS(threads.index(thread) % _COLOURS.N))
        for thread, function, share in largest(profile, _BARS)
    ]
    _bars(
        f"CPU by function, {profile['load']} calls at once",
        bars,
        "share of all CPU",
        folder / THREADS_PICTURE,
    )
    _bars(
        f"Python by function of ours, {profile['load']} calls at once",
        [(name, share, _COLOURS(0)) for name, share in profile["python"].items()],
        "share of Python's samples",
        folder / PYTHON_PICTURE,
    )


def _bars(title: str, bars: Sequence[tuple[str, float, Any]], measure: str, path: Path) -> None:
    figure = Figure(figsize=(10, 1.2 + _BAR_INCHES * len(bars)), layout="constrained")
    axes = figure.subplots()
    names, shares, colours = zip(*reversed(bars), strict=True)
    axes.barh(range(len(bars)), [100 * share for share in shares], color=colours)
    axes.set_yticks(range(len(bars)), names, fontsize=8)
    axes.set(title=title, xlabel=f"{measure}, %")
    axes.grid(visible=True, axis="x", alpha=0.3)
    saved(figure, path)
