"""What is done on a disk twice a second, for all in one round."""

import asyncio
import threading

import structlog

from engine.aio.disk_threads import Disk
from engine.errors import RecordingError
from tests.peers.waiting import eventually, within


class Worker:
    """Counts its turns and their threads; hangs in each until it is freed, or fails with `error`."""

    def __init__(self, *, hangs: bool = False, error: Exception | None = None) -> None:
        self.turns = 0
        self.threads: set[str] = set()
        self.freed = threading.Event()
        self.failures: list[tuple[str, str | None]] = []
        self._hangs = hangs
        self._error = error

    def work(self) -> None:
        self.turns += 1
        self.threads.add(threading.current_thread().name)
        if self._hangs:
            self.freed.wait(10)
        if self._error is not None:
            raise self._error

    def failed(self, error: Exception) -> None:
        self.failures.append((str(error), structlog.contextvars.get_contextvars().get("call_id")))


async def test_all_have_their_turn_twice_a_second_until_they_are_removed() -> None:
    disk, workers = Disk(), [Worker() for _ in range(20)]
    turns = [disk.round.add(each.work, each.failed) for each in workers]

    async with within(10):
        await eventually(lambda: min(each.turns for each in workers) == 2, within_s=5, otherwise=lambda: "two rounds")
    for turn in turns:
        disk.round.remove(turn)
    had = [each.turns for each in workers]
    await asyncio.sleep(0.7)

    assert [each.turns for each in workers] == had
    assert len(set().union(*(each.threads for each in workers))) <= 4


async def test_one_that_hangs_keeps_its_own_thread_and_is_told_once_the_patience_is_over() -> None:
    disk, hanging, others = Disk(threads=2, patience_s=0.7), Worker(hangs=True), [Worker() for _ in range(5)]
    for each in (hanging, *others):
        disk.round.add(each.work, each.failed)

    await eventually(lambda: bool(hanging.failures), within_s=5, otherwise=lambda: "it is given up")
    hanging.freed.set()

    assert [reason for reason, _ in hanging.failures] == ["The disk did not write within 0.7 s."]
    assert min(each.turns for each in others) >= 2
    assert all(each.failures == [] for each in others)


async def test_one_that_fails_has_no_further_turn_and_is_told_so_as_its_own_call() -> None:
    disk, broken, whole = Disk(threads=1), Worker(error=RecordingError("full")), Worker()
    with structlog.contextvars.bound_contextvars(call_id="CA1"):
        disk.round.add(whole.work, whole.failed)
    with structlog.contextvars.bound_contextvars(call_id="CA2"):
        disk.round.add(broken.work, broken.failed)

    await eventually(lambda: whole.turns == 2, within_s=5, otherwise=lambda: "two rounds")

    assert broken.failures == [("full", "CA2")]
    assert broken.turns == 1
    assert whole.failures == []


async def test_a_surprise_ends_nobody_elses_turns() -> None:
    disk, surprising, whole = Disk(threads=1), Worker(error=ZeroDivisionError("by zero")), Worker()
    disk.round.add(surprising.work, surprising.failed)
    disk.round.add(whole.work, whole.failed)

    await eventually(lambda: whole.turns == 2, within_s=5, otherwise=lambda: "two rounds")

    assert [reason for reason, _ in surprising.failures] == ["by zero"]
    assert surprising.turns == 1
