"""What breaks beside the calls ends no call: it is told, and begun again."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.node.background import BackgroundLoops
from engine.testing.clock import SimulatedClock, SkippingLoop


class Breaking:
    """A loop that breaks so many times, each after so long, before it runs on."""

    def __init__(self, times: int, *, after_s: float = 0.0) -> None:
        self.begun_s: list[float] = []
        self._times = times
        self._after_s = after_s

    async def run(self) -> None:
        self.begun_s.append(asyncio.get_running_loop().time())
        if len(self.begun_s) <= self._times:
            await asyncio.sleep(self._after_s)
            raise TypeError("None has no length")
        await asyncio.sleep(1e9)


def simulated(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(work)


def beside(breaking: Breaking, *, for_s: float) -> BackgroundLoops:
    loops = BackgroundLoops(SimulatedClock())

    async def node() -> None:
        async with loops.running({"sweeper": breaking.run}):
            await asyncio.sleep(for_s)

    simulated(node())
    return loops


def test_a_loop_that_broke_is_told_counted_and_begun_again() -> None:
    breaking = Breaking(1)

    with capture_logs() as lines:
        loops = beside(breaking, for_s=100)

    assert len(breaking.begun_s) == 2
    assert loops.broken == 1
    assert [(line["event"], line["task"]) for line in lines] == [("background_loop_broke", "sweeper")]


def test_pauses_grow_to_a_minute() -> None:
    breaking = Breaking(9)

    with capture_logs():
        beside(breaking, for_s=1000)

    pauses = [after - before for before, after in zip(breaking.begun_s, breaking.begun_s[1:], strict=False)]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60])


def test_who_was_well_for_long_is_begun_again_at_once() -> None:
    breaking = Breaking(3, after_s=3600)

    with capture_logs():
        beside(breaking, for_s=20_000)

    assert breaking.begun_s == pytest.approx([0, 3601, 7202, 10_803])


def test_the_other_loops_go_on() -> None:
    breaking, whole = Breaking(3), Breaking(0)

    async def node() -> None:
        async with BackgroundLoops(SimulatedClock()).running({"sweeper": breaking.run, "courier": whole.run}):
            await asyncio.sleep(100)

    with capture_logs():
        simulated(node())

    assert whole.begun_s == [0]
