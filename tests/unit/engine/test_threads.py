"""Threads for what blocks: what they are given comes back to the loop, and what nobody wants any more is left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Event, get_ident

import pytest

from engine.aio.tasks import started
from engine.aio.threads import Threads

HELD_UP_S = 10.0


@pytest.fixture(name="thread")
async def one_thread() -> AsyncIterator[Threads]:
    threads = Threads("test", 1)
    yield threads
    await threads.close()


async def test_work_is_done_on_another_thread(thread: Threads) -> None:
    assert await thread.run(get_ident) != get_ident()


async def test_what_work_raises_meets_who_asked_and_nobody_after(thread: Threads) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 / 0)

    assert await thread.run(lambda: "done") == "done"


async def test_work_whose_asker_has_given_up_before_is_not_begun(thread: Threads) -> None:
    go_on, done = Event(), list[str]()
    first = started(thread.run(lambda: go_on.wait(HELD_UP_S)))
    second = started(thread.run(lambda: done.append("second")))
    await asyncio.sleep(0)

    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    go_on.set()

    assert await first
    await thread.run(lambda: done.append("third"))
    assert done == ["third"]


async def test_work_whose_asker_gives_up_once_it_has_begun_is_finished(thread: Threads) -> None:
    begun, go_on, done = Event(), Event(), list[str]()

    def work() -> None:
        begun.set()
        go_on.wait(HELD_UP_S)
        done.append("first")

    first = started(thread.run(work))
    await asyncio.to_thread(begun.wait, HELD_UP_S)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    go_on.set()

    await thread.run(lambda: done.append("second"))
    assert done == ["first", "second"]
