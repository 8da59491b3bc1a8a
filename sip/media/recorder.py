"""Recording to memory: our own ports of the bridge keep what each track hears, and we take it from there.

So nothing that was said touches the disk before it is sealed, and the media clock never waits for a disk. What was
taken needs no memory any more, so a long recording needs no more than a short one.
"""

from functools import partial
from typing import Final

import pjsua2 as pj

from engine.ports import RecorderId, Track
from sip.media.connections import MediaConnections
from sip.thread import SipThread

MOST_FRAMES: Final = 512 * 1024
"""Taken at once."""


class MemoryRecorder:
    """Records into memory. Implements engine.ports.Recorder; in asyncio's thread, but `take` on any, one at a time."""

    def __init__(
        self,
        recorder: RecorderId,
        tracks: int,
        recording: pj.Recording,
        switch: MediaConnections,
        thread: SipThread,
    ) -> None:
        self._recorder = recorder
        self._tracks = tracks
        self._recording = recording
        self._switch = switch
        self._thread = thread
        self._open = True

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(Track(self._recorder, number) for number in range(self._tracks))

    def take(self) -> bytes:
        if not self._open:
            return b""
        taken: bytes = self._recording.take(MOST_FRAMES)
        return taken

    async def stop(self) -> None:
        self._recording.end()
        await self._thread.run(partial(self._switch.drop_recorder, self._recorder))

    def close(self) -> None:
        self._open = False
