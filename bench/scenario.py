"""A scenario: a declared value with two sides, which can be started, placed under a load, and stopped."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from bench.media_ports import CALLERS, SERVERS, MediaPorts
from bench.statistics import Figures
from tests.peers.ports import Ports

CHECKOUT: Final = Path(__file__).resolve().parents[1]
_FEW: Final = 100
"""Neighbouring ports which a field of the tests' has free again and again."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place where a side runs: a folder of its own, free ports, and the checkout whose product it is."""

    folder: Path
    ports: Ports
    checkout: Path = CHECKOUT
    brief: bool = False
    """Calls are as short as they can be: to see whether it works, not what it costs."""
    servers: MediaPorts = field(default_factory=lambda: MediaPorts(*SERVERS))
    callers: MediaPorts = field(default_factory=lambda: MediaPorts(*CALLERS))

    def for_callers(self, count: int) -> int:
        """The first of `count` ports for the media of callers. Few of them are nobody else's, whoever else measures."""
        return self.ports.block(count) if count <= _FEW else self.callers.take(count)

    def fresh(self, name: str) -> Path:
        """A new folder within; a name may come again."""
        made = self.folder / f"{name}-{len(list(self.folder.glob(f'{name}-*')))}"
        made.mkdir(parents=True)
        return made


class Running(Protocol):
    """A side that has been started and warmed up."""

    async def measure(self, load: int) -> Figures:
        """Place the load, wait until all is over, and give the figures; `failed` is how many calls did not go well."""
        ...


class Side(Protocol):
    """One of those that are compared. Equal sides of several scenarios are measured once for all of them."""

    @property
    def name(self) -> str: ...

    def running(self, place: Place) -> AbstractAsyncContextManager[Running]:
        """Start it; it is stopped at the end, whatever happens inside."""
        ...


@dataclass(frozen=True, slots=True)
class Scenario:
    """A question, as values. Its family is its name up to the first hyphen."""

    name: str
    asks: str
    ours: Side
    other: Side | None
    loads: tuple[int, ...]
    compared: str
    """The figure whose ratio is the answer."""
    rising: bool = False
    """Whether a side that failed is asked nothing higher in that round."""
    scales: bool = True
    """Whether a load is calls at once, which LOAD may choose for all scenarios; others only for those it names."""
    fixed: bool = False
    """Whether there is only the one load."""
    by_name_only: bool = False
    """Left out unless it is asked for: it takes long, or answers a question of its own."""
    most_rounds: int = 100
    longest_s: float = 300.0
    """For one measurement of one side; what takes longer has failed."""

    @property
    def family(self) -> str:
        return self.name.partition("-")[0]


def chosen(scenarios: Sequence[Scenario], names: Sequence[str]) -> list[Scenario]:
    """The scenarios of these names or families, or all that need not be asked for. Raises ValueError for a stranger."""
    if not names:
        return [each for each in scenarios if not each.by_name_only]
    known = {each.name for each in scenarios} | {each.family for each in scenarios}
    if strangers := sorted(set(names) - known):
        raise ValueError(f"there is no scenario {', '.join(strangers)}; there are {', '.join(sorted(known))}")
    meant = {each.name for name in names for each in _meant(scenarios, name)}
    return [each for each in scenarios if each.name in meant]


def _meant(scenarios: Sequence[Scenario], name: str) -> list[Scenario]:
    """The one of this name and its family, but for those of the family that must be asked for by their own name."""
    family = [each for each in scenarios if each.family == name]
    usual = [each for each in family if not each.by_name_only] or family
    return [*usual, *(each for each in scenarios if each.name == name and each not in usual)]
