"""Whoever waits for the first of several futures goes on with it, in time or not, and leaves the others alone."""

import asyncio

import pytest

from engine.aio.first_done import first_done

Two = tuple["asyncio.Future[str]", "asyncio.Future[str]"]


@pytest.fixture
async def futures() -> Two:
    loop = asyncio.get_running_loop()
    return loop.create_future(), loop.create_future()


async def test_the_first_that_is_done_ends_the_wait(futures: Two) -> None:
    one, other = futures
    asyncio.get_running_loop().call_later(0.01, other.set_result, "answered")

    assert await first_done(one, other)

    assert other.result() == "answered"
    assert not one.done()


async def test_one_that_is_done_already_is_not_waited_for(futures: Two) -> None:
    one, other = futures
    one.set_result("answered")

    waiting = first_done(one, other)

    with pytest.raises(StopIteration) as ended:
        waiting.send(None)
    assert ended.value.value is True


async def test_it_is_told_that_none_was_done_in_time(futures: Two) -> None:
    assert not await first_done(*futures, timeout_s=0.01)

    assert not any(each.done() for each in futures)


async def test_a_failure_is_left_to_whoever_takes_the_result(futures: Two) -> None:
    one, other = futures
    one.set_exception(ValueError("no line"))

    assert await first_done(one, other)

    with pytest.raises(ValueError, match="no line"):
        one.result()


async def test_a_wait_that_is_cancelled_cancels_nothing_else(futures: Two) -> None:
    waiting = asyncio.create_task(first_done(*futures, timeout_s=60))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
    assert not any(each.done() for each in futures)
