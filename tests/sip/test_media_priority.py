"""Sound keeps its pace on a machine that has too much to do."""

import os
from pathlib import Path

import pytest

from sip.media.media_priority import NICENESS
from tests.sip.conftest import OpenLine

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="only who may raise priorities can be seen to do so"),
]


def _niceness_of_threads() -> list[int]:
    return sorted(os.getpriority(os.PRIO_PROCESS, int(each.name)) for each in Path("/proc/self/task").iterdir())


async def test_the_librarys_threads_are_preferred_and_python_is_not(open_line: OpenLine) -> None:
    before = _niceness_of_threads()

    async with open_line():
        during = _niceness_of_threads()

    assert NICENESS not in before
    assert during.count(NICENESS) >= 2
    assert os.getpriority(os.PRIO_PROCESS, os.getpid()) == before[-1]
