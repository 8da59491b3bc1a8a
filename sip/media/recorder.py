"""Recording to memory: the library writes each track to a file that is in memory only, and we take it from there.

So nothing that was said touches the disk before it is sealed, and no thread of the library ever waits for a disk. What
was taken is given back to the system, so that a long recording needs no more memory than a short one.
"""

import asyncio
import mmap
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

import numpy as np

from engine.errors import RecordingError
from engine.ports import RecorderId, Track
from sip.media.connections import MediaConnections
from sip.media.wav import HEADER_BYTES, SAMPLE_BYTES, is_closed
from sip.thread import SipThread

GIVE_BACK_BYTES: Final = 16 * mmap.PAGESIZE
MOST_BYTES: Final = 1024 * 1024
"""Of a track, taken at once."""
CLOSE_TIMEOUT_S: Final = 10.0
_CLOSE_POLL_S: Final = 0.005


class MemoryRecorder:
    """Records into memory. Implements engine.ports.Recorder; in asyncio's thread, but `take` on any, one at a time."""

    def __init__(
        self,
        recorder: RecorderId,
        memories: Sequence[int],
        held: ExitStack,
        switch: MediaConnections,
        thread: SipThread,
    ) -> None:
        """`memories` are the tracks' descriptors, which `held` closes."""
        self._recorder = recorder
        self._memories = tuple(memories)
        self._held = held
        self._switch = switch
        self._thread = thread
        self._at = HEADER_BYTES
        self._given_back = mmap.PAGESIZE  # the header stays: by it the end of the recording is known
        self._open = True

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(Track(self._recorder, number) for number in range(len(self._memories)))

    def take(self) -> bytes:
        if not self._open:
            return b""
        try:
            return self._taken()
        except OSError as error:
            raise RecordingError(f"What is recorded can't be read from memory: {error.strerror}.") from error

    async def stop(self) -> None:
        await self._thread.run(partial(self._switch.drop_recorder, self._recorder))
        for _ in range(round(CLOSE_TIMEOUT_S / _CLOSE_POLL_S)):
            if all(map(is_closed, self._memories)):
                return
            await asyncio.sleep(_CLOSE_POLL_S)
        raise RecordingError(f"The recorder did not close within {CLOSE_TIMEOUT_S:.0f} s.")

    def close(self) -> None:
        self._open = False
        self._held.close()

    def _taken(self) -> bytes:
        written = min(os.fstat(memory).st_size for memory in self._memories)
        length = min(written - self._at, MOST_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES
        if length <= 0:
            return b""
        tracks = [os.pread(memory, length, self._at) for memory in self._memories]
        self._at += length
        self._give_back()
        if len(tracks) == 1:
            return tracks[0]
        return np.column_stack([np.frombuffer(track, np.int16) for track in tracks]).tobytes()

    def _give_back(self) -> None:
        """Whole pages, a few at a time: a mapping costs more than what is in one page."""
        end = self._at // mmap.PAGESIZE * mmap.PAGESIZE
        length = end - self._given_back
        if length < GIVE_BACK_BYTES:
            return
        for memory in self._memories:
            with mmap.mmap(memory, length, offset=self._given_back) as mapped:
                mapped.madvise(mmap.MADV_REMOVE)
        self._given_back = end
