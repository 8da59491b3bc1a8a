"""The cache: one making however many ask, no half files, and bounds that spare what may be playing."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from tts.cache import PromptCache


class Maker:
    """Makes a file when it is let; counts how often it was asked to."""

    def __init__(self, size: int = 100) -> None:
        self.started = asyncio.Event()
        self.may_finish = asyncio.Event()
        self.may_finish.set()
        self.times = 0
        self.cancelled = False
        self._size = size

    async def __call__(self, out: Path) -> None:
        self.times += 1
        self.started.set()
        out.write_bytes(b"half")
        try:
            await self.may_finish.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        out.write_bytes(bytes(self._size))


async def test_many_who_ask_at_once_get_one_making(cache: PromptCache) -> None:
    maker = Maker()

    paths = await asyncio.gather(*(cache.get({"a": 1}, maker) for _ in range(20)))

    assert maker.times == 1
    assert len(set(paths)) == 1
    assert paths[0].stat().st_size == 100


async def test_another_recipe_is_another_file(cache: PromptCache) -> None:
    maker = Maker()

    assert await cache.get({"a": 1}, maker) != await cache.get({"a": 2}, maker)
    assert maker.times == 2


async def test_the_making_goes_on_while_somebody_waits(cache: PromptCache) -> None:
    maker = Maker()
    maker.may_finish.clear()
    one, other = (asyncio.create_task(cache.get({"a": 1}, maker)) for _ in range(2))
    await maker.started.wait()

    one.cancel()
    await asyncio.wait([one])
    maker.may_finish.set()

    assert (await other).stat().st_size == 100
    assert not maker.cancelled


async def test_the_making_stops_when_all_who_asked_are_cancelled(cache: PromptCache) -> None:
    maker = Maker()
    maker.may_finish.clear()
    tasks = [asyncio.create_task(cache.get({"a": 1}, maker)) for _ in range(2)]
    await maker.started.wait()

    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    again = asyncio.create_task(cache.get({"a": 1}, maker))
    maker.may_finish.set()

    assert (await again).stat().st_size == 100
    assert maker.cancelled
    assert maker.times == 2
    assert list(cache.scratch.iterdir()) == []


async def test_a_failed_making_leaves_nothing_and_is_tried_again(cache: PromptCache) -> None:
    async def fail(out: Path) -> None:
        out.write_bytes(b"half")
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await cache.get({"a": 1}, fail)

    assert list(cache.folder.glob("**/*.wav")) == []
    assert list(cache.scratch.iterdir()) == []


async def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, max_bytes=250, keep_s=60)
    first, second, third = [await cache.get({"n": n}, Maker()) for n in range(3)]
    for age, path in ((500, second), (400, third), (900, first)):
        os.utime(path, (time.time() - age, time.time() - age))
    await cache.get({"n": 0}, Maker())  # used now

    await cache.tidy()

    assert first.exists()
    assert third.exists()
    assert not second.exists()


async def test_what_was_used_lately_stays_though_there_is_no_room(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, max_bytes=50, keep_s=60)

    paths = [await cache.get({"n": n}, Maker()) for n in range(5)]

    assert all(path.exists() for path in paths)


async def test_closing_stops_the_making(cache: PromptCache) -> None:
    maker = Maker()
    maker.may_finish.clear()
    waiting = asyncio.create_task(cache.get({"a": 1}, maker))
    await maker.started.wait()

    await cache.close()

    assert maker.cancelled
    with pytest.raises(asyncio.CancelledError):
        await waiting
