"""From memory to disk: what happens when the disk refuses, or hangs. The recorder and the file are scripted: no real
disk hangs when it is told to."""

import asyncio
import threading

import pytest

from engine.aio.disk_threads import Disk
from engine.errors import RecordingError
from engine.ports import RecorderId, Track
from engine.recordings.files.writer import RecordingFileWriter
from tests.peers.waiting import within


class Speaking:
    """Hears two bytes whenever it is asked, until it is stopped: then only what it `says` at last."""

    def __init__(self) -> None:
        self.is_open = True
        self.stopped = False
        self._last = b""

    def says(self, last: bytes) -> None:
        self._last = last

    @property
    def tracks(self) -> tuple[Track, ...]:
        return (Track(RecorderId(1), 0),)

    def take(self) -> bytes:
        if not self.stopped:
            return b"ab"
        last, self._last = self._last, b""
        return last

    async def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.is_open = False


class ScriptedRecordingFile:
    """Takes so many appends, then refuses, or hangs until it is freed: after which it refuses, unless it `recovers`."""

    def __init__(self, *, takes: int = 1000, hangs: bool = False, recovers: bool = False) -> None:
        self.held: list[bytes] = []
        self.syncs = 0
        self.closed = False
        self.abandoned = threading.Event()
        self.freed = threading.Event()
        self._takes = takes
        self._hangs = hangs
        self._recovers = recovers

    def append(self, frames: bytes) -> None:
        if len(self.held) == self._takes:
            if self._hangs:
                self.freed.wait(10)
            if not self._recovers:
                raise RecordingError("No space left on device.")
        self.held.append(frames)

    def sync(self) -> None:
        self.syncs += 1

    def close(self) -> None:
        self.closed = True

    def abandon(self) -> None:
        self.abandoned.set()


class Told:
    """The reason that a writer failed, once."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.at = asyncio.Event()

    def __call__(self, reason: str) -> None:
        self.reasons.append(reason)
        self.at.set()


async def test_it_writes_twice_a_second_and_syncs_every_second() -> None:
    recorder, file, told = Speaking(), ScriptedRecordingFile(), Told()
    writer = RecordingFileWriter(recorder, file, Disk(), told)

    await asyncio.sleep(1.3)
    written = len(file.held)
    await writer.stop()
    await writer.finish()

    assert written in (1, 2)
    assert file.syncs == written // 2
    assert file.closed
    assert not recorder.is_open
    assert told.reasons == []


async def test_a_disk_that_refuses_is_told_of_and_what_it_took_is_closed() -> None:
    recorder, file, told = Speaking(), ScriptedRecordingFile(takes=1), Told()
    writer = RecordingFileWriter(recorder, file, Disk(), told)

    async with within(5):
        await told.at.wait()
    await writer.stop()
    await writer.finish()

    assert told.reasons == ["No space left on device."]
    assert file.held == [b"ab"]
    assert file.closed
    assert not recorder.is_open


async def test_a_disk_that_stands_still_for_a_while_costs_nothing() -> None:
    recorder, file, told = Speaking(), ScriptedRecordingFile(takes=0, hangs=True, recovers=True), Told()
    writer = RecordingFileWriter(recorder, file, Disk(), told)

    await asyncio.sleep(0.7)
    held_meanwhile = list(file.held)
    file.freed.set()
    await writer.stop()
    await writer.finish()

    assert held_meanwhile == []
    assert file.held == [b"ab"]
    assert file.closed
    assert told.reasons == []


async def test_what_was_heard_is_whole_if_a_disk_moves_again_after_it_was_given_up() -> None:
    recorder, file, told = Speaking(), ScriptedRecordingFile(takes=0, hangs=True, recovers=True), Told()
    writer = RecordingFileWriter(recorder, file, Disk(patience_s=0.2), told)

    async with within(5):
        await told.at.wait()
    recorder.says(b"cd")
    await writer.stop()
    file.freed.set()
    await writer.finish()

    assert told.reasons == ["The disk did not write within 0.2 s."]
    assert file.held == [b"ab", b"cd"]
    assert file.closed
    assert not file.abandoned.is_set()
    assert not recorder.is_open


async def test_what_somebody_waits_for_gives_a_disk_up_sooner() -> None:
    freed = threading.Event()

    with pytest.raises(RecordingError, match=r"did not write within 0\.1 s"):
        await Disk().run(lambda: freed.wait(10), at_most_s=0.1)

    freed.set()


async def test_a_disk_that_hangs_is_given_up_and_its_file_let_go_of_once_it_moves() -> None:
    recorder, file, told = Speaking(), ScriptedRecordingFile(takes=0, hangs=True), Told()
    writer = RecordingFileWriter(recorder, file, Disk(patience_s=0.2), told)

    async with within(5):
        await told.at.wait()
    await writer.stop()
    with pytest.raises(RecordingError, match=r"did not write within 0\.2 s"):
        await writer.finish()

    assert told.reasons == ["The disk did not write within 0.2 s."]
    assert not recorder.is_open
    assert not file.closed
    file.freed.set()
    assert await asyncio.to_thread(file.abandoned.wait, 5)
