"""Hearing a leg as bytes: a recording into memory (sip/native/recording.hpp), which asyncio reads behind.

The media clock thus stays in C++; a port in Python would make it wait for Python's lock at every frame of every leg
that listens. Nothing of what was said is ever on a disk.
"""

import asyncio
from typing import Final, Self

import pjsua2 as pj

from engine.ports import LONGEST_LISTEN_S
from sip.media.wav import SAMPLE_BYTES

POLL_S: Final = 0.05


class Tap:
    """What a leg says, as bytes while it is said: whole samples; ends when closed, or after longest_s.

    Read in asyncio's thread.
    """

    def __init__(self, recording: pj.Recording, rate_hz: int, longest_s: float = LONGEST_LISTEN_S) -> None:
        self._recording = recording
        self._samples_left = int(longest_s * rate_hz)
        self._open = True

    def close(self) -> None:
        """What waits is not heard any more."""
        self._open = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while self._open and self._samples_left:
            heard: bytes = self._recording.take(self._samples_left)
            if heard:
                self._samples_left -= len(heard) // SAMPLE_BYTES
                return heard
            await asyncio.sleep(POLL_S)
        raise StopAsyncIteration
