"""A database that does not answer is waited for once by a node that ends, and by nobody after that."""

import asyncio

import pytest

from engine.errors import StoreError
from engine.store.last_wait import LastWait


async def answered(waits: LastWait, when: asyncio.Event) -> None:
    async with waits.bounded():
        await when.wait()


async def test_an_answer_is_waited_for_as_long_as_the_node_runs() -> None:
    waits, answer = LastWait(0.01), asyncio.Event()
    asking = asyncio.create_task(answered(waits, answer))

    await asyncio.sleep(0.05)
    answer.set()

    await asking
    assert not waits.given_up


async def test_all_who_wait_when_the_node_ends_are_told_at_once_that_it_does_not_answer() -> None:
    waits = LastWait(0.01)
    asking = [asyncio.create_task(answered(waits, asyncio.Event())) for _ in range(3)]
    await asyncio.sleep(0)

    waits.begin()

    for each in asking:
        with pytest.raises(StoreError, match=r"did not answer within 0\.01 s"):
            await each
    assert waits.given_up


async def test_nothing_is_asked_of_it_after_that() -> None:
    waits, asked = LastWait(0.01), False
    waits.begin()
    with pytest.raises(StoreError):
        await answered(waits, asyncio.Event())

    with pytest.raises(StoreError):
        async with waits.bounded():
            asked = True

    assert not asked


async def test_what_fails_by_itself_while_the_node_ends_is_asked_again() -> None:
    waits = LastWait(60)
    waits.begin()

    for failure in (StoreError("refused"), TimeoutError("the driver's own")):
        with pytest.raises(type(failure)):
            async with waits.bounded():
                raise failure

    assert not waits.given_up
    async with waits.bounded():
        pass
