"""Races end with the first, what must be finished is finished, and nothing is left behind or lost."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import Occurrence, first_of, joined, race, to_its_end, until
from engine.errors import LegGone


@asynccontextmanager
async def complaints() -> AsyncIterator[list[str]]:
    """What asyncio says of tasks whose failure nobody took."""
    said: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: said.append(context["message"]))
    try:
        yield said
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(None)


async def _after(seconds: float, result: str | Exception) -> str:
    await asyncio.sleep(seconds)
    if isinstance(result, Exception):
        raise result
    return result


def _everybody_else() -> set["asyncio.Task[Any]"]:
    return asyncio.all_tasks() - {current} if (current := asyncio.current_task()) else set()


async def test_inside_a_race_it_is_seen_which_was_first() -> None:
    async with race(_after(0, "key"), _after(60, "speech")) as (key, speech):
        assert key.result() == "key"
        assert not speech.done()

    assert speech.cancelled()


async def test_the_other_of_a_race_may_go_on_inside() -> None:
    async with race(_after(0, "prompt"), _after(0.01, "key")) as (_, key):
        assert await key == "key"


async def test_work_is_done_before_the_event_comes() -> None:
    over = Occurrence()

    async with until(over, _after(0, "key")) as working:
        assert working.result() == "key"

    assert not over.is_set()


async def test_work_is_stopped_once_the_event_comes() -> None:
    over = Occurrence()
    asyncio.get_running_loop().call_soon(over.set)

    async with until(over, _after(60, "key")) as working:
        assert not working.done()

    assert working.cancelled()


async def test_many_wait_for_one_event_at_the_cost_of_their_own_task() -> None:
    over = Occurrence()

    async def waiting() -> None:
        async with until(over, _after(60, "key")):
            pass

    waiters = [started(waiting()) for _ in range(3)]
    await asyncio.sleep(0.01)
    under_way = len(_everybody_else())
    over.set()
    over.set()
    await asyncio.wait(waiters)

    assert under_way == 2 * len(waiters)
    assert _everybody_else() == set()


async def test_whoever_is_cancelled_before_the_event_leaves_it_to_the_others() -> None:
    over = Occurrence()

    async def waiting() -> None:
        async with until(over, _after(60, "key")):
            pass

    waiter = started(waiting())
    await asyncio.sleep(0)
    await stopped(waiter)

    assert waiter.cancelled()
    assert not over.happened.done()
    assert _everybody_else() == set()


async def test_a_race_that_is_cancelled_leaves_no_task_behind() -> None:
    async def racing() -> None:
        async with race(_after(60, "key"), _after(60, "speech")):
            pass

    waiting = started(racing())
    await asyncio.sleep(0)

    await stopped(waiting)

    assert _everybody_else() == set()


async def test_two_who_meet_the_same_end_of_a_leg_leave_nothing_unheard() -> None:
    """As a Gather that listens for keys and for speech, when the caller hangs up."""
    async with complaints() as said:
        with pytest.raises(LegGone):
            async with race(_after(0, LegGone("gone")), _after(0, LegGone("gone"))) as (key, _):
                key.result()

    assert said == []


async def test_how_the_loser_of_a_race_broke_is_logged() -> None:
    with capture_logs() as lines:
        async with race(_after(0, "key"), _after(0, TypeError("None has no length"))) as (key, _):
            await asyncio.sleep(0)
            assert key.result() == "key"

    assert [(line["event"], line["task"]) for line in lines] == [("task_failed", "_after")]


async def test_first_of_ends_with_the_first_event() -> None:
    one, other = Signal(), Signal()
    waiting = started(first_of(one, other))
    await asyncio.sleep(0)

    other.set()

    assert await waiting


async def test_first_of_says_that_none_came_in_time() -> None:
    assert not await first_of(Signal(), timeout_s=0.01)


async def test_a_cancelled_first_of_leaves_no_task_behind() -> None:
    waiting = started(first_of(Signal(), Signal()))
    await asyncio.sleep(0)

    await stopped(waiting)

    assert _everybody_else() == set()


async def test_what_goes_to_its_end_does_so_after_its_waiter_was_cancelled() -> None:
    done = Signal()

    async def close() -> None:
        await asyncio.sleep(0.01)
        done.set()

    waiting = started(to_its_end(close()))
    await asyncio.sleep(0)
    await stopped(waiting)
    assert not done.is_set()

    gc.collect()
    async with asyncio.timeout(1):
        await done.wait()


async def test_what_fails_on_its_way_to_the_end_is_raised_or_else_logged() -> None:
    with pytest.raises(TypeError):
        await to_its_end(_after(0, TypeError()))

    with capture_logs() as lines:
        waiting = started(to_its_end(_after(0.01, TypeError())))
        await asyncio.sleep(0)
        await stopped(waiting)
        await asyncio.sleep(0.05)

    assert [(line["event"], line["task"]) for line in lines] == [("task_failed", "_after")]


async def test_who_leaves_a_task_that_others_wait_for_leaves_it_running() -> None:
    task = started(_after(0.01, "secret"))
    impatient, patient = started(joined(task)), started(joined(task))
    await asyncio.sleep(0)

    await stopped(impatient)

    assert await patient == "secret"


async def test_first_of_needs_no_task_for_what_happens_once() -> None:
    one, other = Occurrence(), Occurrence()
    waiting = started(first_of(one, other))
    await asyncio.sleep(0)
    everybody_else = _everybody_else()

    other.set()

    assert everybody_else == {waiting}
    assert await waiting


async def test_an_occurrence_has_happened_also_for_who_asks_later() -> None:
    over = Occurrence()

    over.set()

    assert over.happened.done()
