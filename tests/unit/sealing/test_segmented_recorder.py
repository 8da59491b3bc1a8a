"""Recorders one after the other: nothing of what each heard is lost, and nothing is heard between them."""

import asyncio

import pytest

from engine.errors import RecordingError
from engine.ports import RecorderId, Track
from engine.recordings.files.segmented_recorder import SegmentedRecorder


class Scripted:
    """Hears what it is given; the last of it only once it has stopped, as a library that buffers."""

    def __init__(self, number: int, *heard: bytes, at_the_end: bytes = b"", fails: bool = False) -> None:
        self.tracks = (Track(RecorderId(number), 0),)
        self.is_open = True
        self._heard = list(heard)
        self._at_the_end = at_the_end
        self._fails = fails

    def take(self) -> bytes:
        return self._heard.pop(0) if self._heard else b""

    async def stop(self) -> None:
        if self._at_the_end:
            self._heard.append(self._at_the_end)
        if self._fails:
            raise RecordingError("It did not close.")

    def close(self) -> None:
        self.is_open = False


def all_of(recorder: SegmentedRecorder) -> bytes:
    found = b""
    while heard := recorder.take():
        found += heard
    return found


async def test_what_the_first_heard_up_to_its_end_comes_before_what_the_second_hears() -> None:
    first, second = Scripted(1, b"ab", at_the_end=b"cd"), Scripted(2, b"ef")
    recorder = SegmentedRecorder(first)

    assert recorder.take() == b"ab"
    await recorder.stop()
    between = list(recorder.tracks)
    recorder.go_on(second)

    assert between == []
    assert recorder.tracks == second.tracks
    assert all_of(recorder) == b"cdef"
    assert (first.is_open, second.is_open) == (False, True)
    recorder.close()
    assert not second.is_open


async def test_a_recorder_that_hears_nothing_yet_is_not_taken_for_one_that_has_ended() -> None:
    first = Scripted(1, at_the_end=b"late")
    recorder = SegmentedRecorder(first)

    assert recorder.take() == b""
    await recorder.stop()

    assert recorder.take() == b"late"


async def test_one_that_does_not_end_well_is_taken_to_its_end_all_the_same() -> None:
    recorder = SegmentedRecorder(Scripted(1, at_the_end=b"ab", fails=True))

    with pytest.raises(RecordingError):
        await recorder.stop()

    assert all_of(recorder) == b"ab"


async def test_who_stops_it_while_it_is_being_stopped_goes_on_once_all_can_be_taken() -> None:
    recorder = SegmentedRecorder(Slow(1, at_the_end=b"late"))

    first = asyncio.create_task(recorder.stop())
    await asyncio.sleep(0)
    await recorder.stop()

    assert all_of(recorder) == b"late"
    await first


class Slow(Scripted):
    """Takes a while to stop."""

    async def stop(self) -> None:
        await asyncio.sleep(0.05)
        await super().stop()
