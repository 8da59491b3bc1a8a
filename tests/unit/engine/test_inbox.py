"""What comes in is read once, in order, whoever waits for it."""

import asyncio
from asyncio import create_task, sleep

from engine.aio.inbox import Inbox


async def test_what_came_in_is_read_in_order() -> None:
    inbox = Inbox[int]()
    inbox.put(1)
    inbox.put(2)

    read = [await inbox.next(), await inbox.next()]

    assert read == [1, 2]


async def test_who_reads_waits_for_what_comes_in() -> None:
    inbox = Inbox[int]()
    reading = create_task(inbox.next())
    await sleep(0)
    assert not reading.done()

    inbox.put(1)

    assert await reading == 1


async def test_of_several_who_wait_each_gets_another() -> None:
    inbox = Inbox[int]()
    reading = [create_task(inbox.next()) for _ in range(3)]
    await sleep(0)

    for number in range(3):
        inbox.put(number)

    assert await asyncio.gather(*reading) == [0, 1, 2]


async def test_who_is_cancelled_on_being_woken_takes_nothing_away() -> None:
    inbox = Inbox[int]()
    first, second = create_task(inbox.next()), create_task(inbox.next())
    await sleep(0)

    inbox.put(1)
    first.cancel()

    assert await second == 1
    assert first.cancelled()


async def test_what_was_dropped_is_not_read() -> None:
    inbox = Inbox[int]()
    inbox.put(1)

    inbox.clear()
    inbox.put(2)

    assert await inbox.next() == 2
