import asyncio

from engine.tasks import first_of, stopped


async def test_first_of_ends_with_the_first_event() -> None:
    one, other = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(first_of(one, other))
    await asyncio.sleep(0)

    other.set()

    assert await waiting


async def test_first_of_says_that_none_came_in_time() -> None:
    assert not await first_of(asyncio.Event(), timeout_s=0.01)


async def test_a_cancelled_first_of_leaves_no_task_behind() -> None:
    waiting = asyncio.create_task(first_of(asyncio.Event(), asyncio.Event()))
    await asyncio.sleep(0)

    await stopped(waiting)

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_stopped_waits_for_the_cleaning_up() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)

    await stopped(task)

    assert cleaned == [True]
