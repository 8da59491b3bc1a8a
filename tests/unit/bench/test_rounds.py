"""Rounds: whose turn it is, what a failure does, and that everybody is stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bench.rounds import planned, run
from bench.rows import Row
from bench.scenario import Place, Scenario, chosen

CPU = "cpu_ms_per_call"


@dataclass(frozen=True, eq=False)
class FakeSide:
    """Takes down what happens to it; `fails_at` is a load at which a call fails, `breaks` what it does at its start."""

    name: str
    diary: list[str]
    cpu_ms: float = 1.0
    fails_at: int = 10**9
    breaks: BaseException | None = None
    hangs: bool = False
    checkouts: list[Path] = field(default_factory=list)

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["FakeSide"]:
        if self.breaks:
            raise self.breaks
        self.checkouts.append(place.checkout)
        self.diary.append(f"{self.name} starts")
        try:
            yield self
        finally:
            self.diary.append(f"{self.name} stops")

    async def measure(self, load: int) -> dict[str, float]:
        self.diary.append(f"{self.name} {load}")
        if self.hangs:
            await asyncio.Event().wait()
        return {"failed": float(load >= self.fails_at), CPU: self.cpu_ms}


@pytest.fixture
def diary() -> list[str]:
    return []


@pytest.fixture
def ours(diary: list[str]) -> FakeSide:
    return FakeSide("ours", diary)


@pytest.fixture
def theirs(diary: list[str]) -> FakeSide:
    return FakeSide("asterisk", diary, cpu_ms=4.0)


def scenario(
    ours: FakeSide, other: FakeSide | None, *loads: int, name: str = "setup", rising: bool = False
) -> Scenario:
    return Scenario(name, "what it costs", ours, other, loads, CPU, rising=rising)


async def rows_of(*scenarios: Scenario, rounds: int = 1) -> list[Row]:
    return await run([planned(each, ()) for each in scenarios], rounds, lambda _: None)


async def test_the_sides_take_turns_under_each_load_and_the_first_turn_changes(
    ours: FakeSide, theirs: FakeSide, diary: list[str]
) -> None:
    await rows_of(scenario(ours, theirs, 1, 2), rounds=2)

    first = ["ours starts", "asterisk starts", "ours 1", "asterisk 1", "ours 2", "asterisk 2"]
    second = ["ours starts", "asterisk starts", "asterisk 1", "ours 1", "asterisk 2", "ours 2"]
    stopped = ["asterisk stops", "ours stops"]
    assert diary == [*first, *stopped, *second, *stopped]


async def test_a_side_of_several_scenarios_of_a_family_is_measured_once_for_all(
    ours: FakeSide, theirs: FakeSide, diary: list[str]
) -> None:
    other = replace(theirs, name="asterisk alike", cpu_ms=2.0)

    rows = await rows_of(scenario(ours, theirs, 5, name="ivr"), scenario(ours, other, 5, name="ivr-alike"))

    assert diary.count("ours 5") == 1
    assert [(row.scenario, row.ratio) for row in rows] == [("ivr", 0.25), ("ivr-alike", 0.5)]


async def test_a_side_that_fails_under_a_rising_load_is_asked_for_no_more(
    ours: FakeSide, theirs: FakeSide, diary: list[str]
) -> None:
    rows = await rows_of(scenario(replace(ours, fails_at=2), theirs, 1, 2, 3, rising=True))

    assert "ours 3" not in diary
    assert "asterisk 3" in diary
    assert [row.ours.failed for row in rows] == [False, True, True]
    assert "lower load" in rows[2].ours.error


async def test_a_scenario_of_few_rounds_is_left_out_of_later_ones(
    ours: FakeSide, theirs: FakeSide, diary: list[str]
) -> None:
    once = replace(scenario(ours, replace(theirs, name="once"), 5, name="ivr-once"), most_rounds=1)

    await rows_of(scenario(ours, theirs, 5, name="ivr"), once, rounds=2)

    assert (diary.count("ours 5"), diary.count("asterisk 5"), diary.count("once 5")) == (2, 2, 1)


@pytest.mark.parametrize("failure", [RuntimeError("no port"), ExceptionGroup("", [OSError("no port")])])
async def test_a_side_that_does_not_start_is_told_and_the_other_measured(
    ours: FakeSide, theirs: FakeSide, failure: BaseException
) -> None:
    (row,) = await rows_of(scenario(ours, replace(theirs, breaks=failure), 1))

    assert row.ours.figures[CPU] == 1.0
    assert row.other is not None
    assert "no port" in row.other.error


async def test_who_takes_too_long_has_failed_and_all_are_stopped(
    ours: FakeSide, theirs: FakeSide, diary: list[str]
) -> None:
    slow = replace(scenario(replace(ours, hangs=True), theirs, 1), longest_s=0.01)

    (row,) = await rows_of(slow)

    assert row.ours.error
    assert row.other is not None
    assert not row.other.error
    assert diary[-2:] == ["asterisk stops", "ours stops"]


async def test_all_are_stopped_when_the_bench_is_ended(ours: FakeSide, theirs: FakeSide, diary: list[str]) -> None:
    bench = asyncio.create_task(rows_of(scenario(replace(ours, hangs=True), theirs, 1)))
    while "ours 1" not in diary:
        await asyncio.sleep(0)

    bench.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bench

    assert diary[-2:] == ["asterisk stops", "ours stops"]


async def test_another_revision_of_ours_stands_in_for_the_other_side(
    ours: FakeSide, theirs: FakeSide, tmp_path: Path
) -> None:
    plan = planned(scenario(ours, theirs, 1), (), ("v1.2.0", tmp_path))

    (row,) = await run([plan], 1, lambda _: None)

    assert row.other_name == "v1.2.0"
    assert ours.checkouts[1] == tmp_path
    assert theirs.checkouts == []


def test_scenarios_are_chosen_by_name_or_family_and_costly_ones_by_name(ours: FakeSide) -> None:
    usual, alike = scenario(ours, None, 1, name="ivr"), scenario(ours, None, 1, name="ivr-alike")
    costly = replace(scenario(ours, None, 1, name="ivr-sealed"), by_name_only=True)
    long = replace(scenario(ours, None, 1, name="listeners-opus"), by_name_only=True)
    table = (usual, alike, costly, long)

    assert chosen(table, []) == [usual, alike]
    assert chosen(table, ["ivr"]) == [usual, alike]
    assert chosen(table, ["ivr-sealed", "ivr-alike"]) == [alike, costly]
    assert chosen(table, ["listeners"]) == [long]
    with pytest.raises(ValueError, match="there is no scenario jazz; there are ivr, ivr-alike"):
        chosen(table, ["jazz"])
