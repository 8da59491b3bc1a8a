"""Percentiles, medians over rounds, ratios, growth and the split of a cost: pure functions over figures."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = Mapping[str, float]
"""What was measured of one side under one load, by name; the unit is in the name."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some calls of one length, and the CPU seconds that they took from the first INVITE until all was quiet again."""

    calls: int
    length_s: float
    cpu_s: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0.0 to 1.0) of all do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def percentiles(name: str, values: Sequence[float], *shares: float) -> dict[str, float]:
    """Percentiles of the values by name, such as setup_ms_p99; none of no values."""
    return {f"{name}_p{round(100 * share)}": percentile(values, share) for share in shares} if values else {}


def of_set_up(setup_ms: Sequence[float]) -> dict[str, float]:
    """How long callers waited."""
    return percentiles("setup_ms", setup_ms, 0.5, 0.95, 0.99)


def of_gaps(gaps_ms: Sequence[float]) -> dict[str, float]:
    """Between packets of audio: the worst is heard, however rare."""
    return {**percentiles("gap_ms", gaps_ms, 0.99), "gap_ms_worst": max(gaps_ms)} if gaps_ms else {}


def medians(rounds: Sequence[Figures]) -> dict[str, float]:
    """Each figure's median over the rounds that have it; what failed is added up: no failure is averaged away."""
    names = dict.fromkeys(name for each in rounds for name in each)
    found = {name: [each[name] for each in rounds if name in each] for name in names}
    return {name: sum(values) if name == "failed" else median(values) for name, values in found.items()}


def cost_by_length(short: Batch, long: Batch) -> dict[str, float]:
    """What a call costs however long it is, and what each second of it costs, in ms of CPU.

    Two batches that differ in the length of their calls alone make two equations. Raises ValueError for equal lengths.
    """
    if short.length_s == long.length_s:
        raise ValueError("both batches have the same length")
    each_short, each_long = (1000 * batch.cpu_s / batch.calls for batch in (short, long))
    per_second = (each_long - each_short) / (long.length_s - short.length_s)
    return {
        "cpu_ms_per_call": each_short - per_second * short.length_s,
        "cpu_ms_per_further_second": per_second,
        "cpu_ms_per_call_second": each_long / long.length_s,
    }


def ratio(ours: Figures, other: Figures, name: str) -> float | None:
    """Ours to the other's; None where either lacks the figure, or the other's is nothing."""
    if name not in ours or not other.get(name):
        return None
    return ours[name] / other[name]


def growth(by_load: Mapping[int, float]) -> dict[int, float]:
    """A figure's growth by load, as a multiple of that at the load before; 1.0 is what costs as much at any load."""
    pairs = itertools.pairwise(sorted(by_load))
    return {load: by_load[load] / by_load[before] for before, load in pairs if by_load[before]}


def highest_clean(failed_by_load: Mapping[int, float]) -> int | None:
    """The highest load up to which no call failed; None where one failed at the lowest."""
    clean = None
    for load in sorted(failed_by_load):
        if failed_by_load[load]:
            break
        clean = load
    return clean
