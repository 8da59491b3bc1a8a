"""Sound keeps its pace on a machine that has too much to do."""

import os
from pathlib import Path

import pytest

from sip.media.media_priority import NICENESS
from tests.peers.stream_program import stream_program
from tests.sip.conftest import Line, OpenLine
from tests.sip.streamed import plan_of, streaming

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="only who may raise priorities can be seen to do so"),
]


def _threads() -> set[int]:
    return {int(each.name) for each in Path("/proc/self/task").iterdir()}


def _niceness_of_threads() -> list[int]:
    return sorted(os.getpriority(os.PRIO_PROCESS, each) for each in _threads())


def _real_time(threads: set[int]) -> set[str]:
    """The names of those that come before every process without such a priority, of whatever group."""
    return {
        Path(f"/proc/self/task/{each}/comm").read_text().strip()
        for each in threads
        if os.sched_getscheduler(each) in (os.SCHED_RR, os.SCHED_FIFO)
    }


async def test_the_librarys_threads_are_preferred_and_python_is_not(open_line: OpenLine) -> None:
    before = _niceness_of_threads()

    async with open_line():
        during = _niceness_of_threads()

    assert during.count(NICENESS) >= before.count(NICENESS) + 2
    assert os.getpriority(os.PRIO_PROCESS, os.getpid()) == before[-1]


async def test_the_thread_of_streams_is_preferred_and_not_real_time_since_programs_keep_it_busy(line: Line) -> None:
    async with stream_program() as program, streaming(line, plan_of(program.port)):
        await program.gets("start")
        threads = {Path(f"/proc/self/task/{each}/comm").read_text().strip(): each for each in _threads()}

    assert os.getpriority(os.PRIO_PROCESS, threads["streams"]) == NICENESS
    assert "streams" not in _real_time(set(threads.values()))


async def test_who_reads_packets_is_real_time_as_the_clock_is_that_wants_them(open_line: OpenLine) -> None:
    before = _threads()

    async with open_line():
        during = _real_time(_threads())

    assert {"clock", "media"} <= during
    assert not _real_time(before)
