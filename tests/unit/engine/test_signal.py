"""A signal wakes all who wait, and whoever comes while it is set does not wait."""

import asyncio
from asyncio import create_task, sleep

import pytest

from engine.aio.signal import Signal


async def test_all_who_wait_are_woken_when_it_is_set() -> None:
    signal = Signal()
    waiting = [create_task(signal.wait()) for _ in range(2)]
    await sleep(0)
    assert not any(each.done() for each in waiting)

    signal.set()

    assert await asyncio.gather(*waiting) == [True, True]


async def test_who_comes_while_it_is_set_does_not_wait() -> None:
    signal = Signal()
    signal.set()

    assert signal.is_set()
    assert await signal.wait()


async def test_who_comes_after_it_was_cleared_waits_for_the_next_time() -> None:
    signal = Signal()
    signal.set()
    signal.clear()
    waiting = create_task(signal.wait())
    await sleep(0)

    assert not signal.is_set()
    assert not waiting.done()
    signal.set()
    assert await waiting


async def test_who_waited_is_woken_also_where_it_is_cleared_at_once() -> None:
    signal = Signal()
    waiting = create_task(signal.wait())
    await sleep(0)

    signal.set()
    signal.clear()

    assert await waiting


async def test_who_is_cancelled_leaves_the_others_waiting() -> None:
    signal = Signal()
    leaving, staying = create_task(signal.wait()), create_task(signal.wait())
    await sleep(0)

    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    signal.set()

    assert await staying
