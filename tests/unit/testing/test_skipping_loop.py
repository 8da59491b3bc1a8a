"""Simulated time: nothing is waited for, and everything happens in its order."""

import asyncio
import time

import pytest

from engine.testing.clock import SimulatedClock, SkippingLoop


def test_a_day_passes_at_once() -> None:
    async def sleep_for_a_day() -> float:
        clock = SimulatedClock()
        began = clock.monotonic()
        await clock.sleep(24 * 3600)
        return clock.monotonic() - began

    began = time.process_time()
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        assert runner.run(sleep_for_a_day()) == 24 * 3600
    assert time.process_time() - began < 1


def test_asyncios_own_timeouts_are_on_the_clocks_time() -> None:
    async def waited_s() -> float:
        clock = SimulatedClock()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return clock.monotonic()

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        assert runner.run(waited_s()) == 30


def test_what_is_due_first_happens_first() -> None:
    happened: list[str] = []

    async def after(seconds: float, what: str) -> None:
        await asyncio.sleep(seconds)
        happened.append(what)

    async def run() -> None:
        await asyncio.gather(after(2, "second"), after(3, "third"), after(1, "first"))

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(run())

    assert happened == ["first", "second", "third"]


def test_the_clock_of_the_wall_goes_with_the_loop() -> None:
    async def difference_s() -> float:
        clock = SimulatedClock()
        before = clock.now()
        await clock.sleep(90)
        return (clock.now() - before).total_seconds()

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        assert runner.run(difference_s()) == 90


def test_a_wait_for_what_will_never_happen_is_told_instead_of_hanging() -> None:
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    loop = SkippingLoop()
    waiting = loop.create_task(wait_for_ever())
    with pytest.raises(RuntimeError, match="never happen"):
        loop.run_until_complete(waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(waiting)
    loop.close()


def test_work_for_threads_takes_no_time_and_its_errors_are_raised() -> None:
    async def run() -> None:
        assert await asyncio.to_thread(sum, [1, 2]) == 3
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)
        assert asyncio.get_running_loop().time() == 0

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(run())


def test_nothing_is_skipped_while_somebody_outside_takes_part() -> None:
    async def waits() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SkippingLoop)
        began_s = time.monotonic()
        with loop.passing_as_it_does(), loop.passing_as_it_does():
            await asyncio.sleep(0.2)
        passed_s = time.monotonic() - began_s
        before = loop.time()
        await asyncio.sleep(3600)
        assert loop.time() - before == pytest.approx(3600)
        return passed_s, before

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        passed_s, simulated_s = runner.run(waits())

    assert passed_s >= 0.2
    assert 0.2 <= simulated_s <= passed_s + 0.01
