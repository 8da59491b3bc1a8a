"""Runs scenarios in rounds: within each, the sides take turns under every load, so that both meet the same machine."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from bench.rows import Measured, Row
from bench.scenario import CHECKOUT, Place, Running, Scenario, Side
from tests.peers.ports import Ports

_LONGEST_ERROR: Final = 600
_START_S: Final = 180.0
_FAILURES: Final = (OSError, RuntimeError, AssertionError, TimeoutError, aiohttp.ClientError, ExceptionGroup)
"""What the measured, and the programs that measure them, may die of; anything else is a fault of the bench."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A side in a checkout; the same side of two revisions is two of them."""

    side: Side
    checkout: Path = CHECKOUT
    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or self.side.name


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario with what the command line chose for it."""

    scenario: Scenario
    ours: Contestant
    other: Contestant | None
    loads: tuple[int, ...]

    @property
    def contestants(self) -> list[Contestant]:
        return [self.ours, *([self.other] if self.other else [])]


def planned(scenario: Scenario, loads: Sequence[int], against: tuple[str, Path] | None = None) -> Plan:
    """Beside its other side, or beside another revision of ours: its name and its checkout."""
    ours = Contestant(scenario.ours)
    if against is not None:
        other: Contestant | None = Contestant(scenario.ours, against[1], against[0])
    else:
        other = None if scenario.other is None else Contestant(scenario.other)
    return Plan(scenario, ours, other, scenario.loads if scenario.fixed or not loads else tuple(loads))


@dataclass(slots=True)
class _Group:
    """Plans that share their rounds, and what has been measured for them."""

    plans: Sequence[Plan]
    tell: Callable[[str], None]
    brief: bool
    found: dict[tuple[Contestant, int], list[Measured]] = field(default_factory=lambda: defaultdict(list))

    async def round(self, number: int) -> None:
        """Everybody is started, then takes turns; who comes first changes from round to round."""
        plans = [plan for plan in self.plans if number < plan.scenario.most_rounds]
        contestants = list(dict.fromkeys(each for plan in plans for each in plan.contestants))
        with TemporaryDirectory(prefix="telefoon-bench-") as folder:
            async with AsyncExitStack() as stack:
                up: dict[Contestant, Running] = {}
                room = Place(Path(folder), Ports(), brief=self.brief)
                for number_of, each in enumerate(contestants):
                    try:
                        async with asyncio.timeout(_START_S):
                            where = replace(room, folder=room.folder / str(number_of), checkout=each.checkout)
                            where.folder.mkdir()
                            up[each] = await stack.enter_async_context(each.side.running(where))
                    except _FAILURES as failure:
                        self._note(each, min(self._loads_of(each)), Measured(error=_told(failure)))
                order = contestants if number % 2 == 0 else contestants[::-1]
                self.tell(f"  {len(up)} of {len(contestants)} are up")
                await self._turns(plans, [each for each in order if each in up], up)

    async def _turns(self, plans: Sequence[Plan], order: Sequence[Contestant], up: dict[Contestant, Running]) -> None:
        out: set[Contestant] = set()
        for load in sorted({load for plan in plans for load in plan.loads}):
            asked = {each for plan in plans if load in plan.loads for each in plan.contestants}
            for each in order:
                if each in out or each not in asked:
                    continue
                scenario = self._scenario_of(each)
                try:
                    async with asyncio.timeout(scenario.longest_s):
                        measured = Measured(await up[each].measure(load))
                except _FAILURES as failure:
                    measured = Measured(error=_told(failure))
                self._note(each, load, measured)
                if measured.failed and scenario.rising:
                    out.add(each)

    def _note(self, contestant: Contestant, load: int, measured: Measured) -> None:
        scenario = self._scenario_of(contestant)
        figure = measured.figures.get(scenario.compared)
        told = "" if figure is None else f"{scenario.compared} {figure:.2f}, "
        late = measured.figures.get("late", 0)
        failed = measured.error or f"{measured.figures.get('failed', 0):.0f} failed" + (
            f", {late:.0f} late" * bool(late)
        )
        self.tell(f"  {scenario.name:20} {load:>4}  {contestant.shown:24} {told}{failed}")
        self.found[contestant, load].append(measured)

    def _loads_of(self, contestant: Contestant) -> set[int]:
        return {load for plan in self.plans if contestant in plan.contestants for load in plan.loads}

    def _scenario_of(self, contestant: Contestant) -> Scenario:
        return next(plan.scenario for plan in self.plans if contestant in plan.contestants)

    def rows(self) -> Iterable[Row]:
        for plan in self.plans:
            for load in plan.loads:
                ours, other = (self.found.get((each, load)) if each else None for each in (plan.ours, plan.other))
                if ours is None and other is None:
                    continue
                yield Row(
                    plan.scenario.name,
                    load,
                    plan.scenario.compared,
                    Measured.over(ours or [Measured(error="not asked: it had failed under a lower load")]),
                    plan.other.shown if plan.other else "",
                    Measured.over(other or [Measured(error="not asked: it had failed under a lower load")])
                    if plan.other
                    else None,
                )


async def run(plans: Sequence[Plan], rounds: int, tell: Callable[[str], None], *, brief: bool = False) -> list[Row]:
    """All rounds of all plans, group after group; medians of each."""
    rows: list[Row] = []
    for members in _grouped(plans):
        group = _Group(members, tell, brief)
        names = ", ".join(plan.scenario.name for plan in members)
        most = min(rounds, max(plan.scenario.most_rounds for plan in members))
        for number in range(most):
            tell(f"{names}: round {number + 1} of {most}")
            await group.round(number)
        rows += group.rows()
    return rows


def _grouped(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Neighbours that have a side in common run together."""
    groups: list[list[Plan]] = []
    for plan in plans:
        known = {each for other in groups[-1:] for member in other for each in member.contestants}
        if known.isdisjoint(plan.contestants):
            groups.append([plan])
        else:
            groups[-1].append(plan)
    return groups


def _told(failure: BaseException) -> str:
    if isinstance(failure, BaseExceptionGroup):
        return "; ".join(map(_told, failure.exceptions))
    return (str(failure) or type(failure).__name__).strip()[-_LONGEST_ERROR:]
