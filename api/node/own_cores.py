"""The cores on which a process may run, those to which it keeps, and how those of a machine are shared out."""

import os
from itertools import pairwise

from config.cores import Cores
from engine.errors import SetupError


def usable() -> frozenset[int]:
    """The cores that this process may use, as the kernel counts them."""
    return frozenset(os.sched_getaffinity(0))


def keep_to(cores: Cores) -> None:
    """Have this process, and all that it begins from now on, run on these cores alone. Raises SetupError."""
    if isinstance(cores, str):
        return
    if strangers := cores - usable():
        raise SetupError(f"TELEFOON_CORES names {_listed(strangers)}, and this process may use {_listed(usable())}.")
    os.sched_setaffinity(0, cores)


def shares(cores: frozenset[int], count: int) -> list[frozenset[int]]:
    """The cores of each of so many processes: neighbours, and nobody else's; where there are too few, all for each."""
    if count > len(cores):
        return [cores] * count
    ordered = sorted(cores)
    bounds = [number * len(ordered) // count for number in range(count + 1)]
    return [frozenset(ordered[first:last]) for first, last in pairwise(bounds)]


def as_setting(cores: frozenset[int]) -> str:
    """Cores as their setting is written."""
    return ", ".join(map(str, sorted(cores)))


def _listed(cores: frozenset[int]) -> str:
    return f"core {as_setting(cores)}" if len(cores) == 1 else f"cores {as_setting(cores)}"
