"""Several recorders one after the other, taken as if they were one: between two of them nothing is heard."""

import asyncio

from engine.ports import Recorder, Track


class SegmentedRecorder:
    """Joins recorders that hear one after the other into one; all channels have the same gaps, so they stay aligned."""

    def __init__(self, recorder: Recorder) -> None:
        self._hearing: Recorder | None = recorder
        self._untaken = [recorder]
        self._ended: set[Recorder] = set()
        self._stopping = asyncio.Lock()

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks of the recorder that hears; none while none does."""
        return self._hearing.tracks if self._hearing is not None else ()

    def go_on(self, recorder: Recorder) -> None:
        """Hear again; after `stop`."""
        self._hearing = recorder
        self._untaken.append(recorder)

    def take(self) -> bytes:
        while self._untaken:
            first = self._untaken[0]
            is_last = first in self._ended  # asked before: what it heard up to its end is then taken here
            if heard := first.take():
                return heard
            if not is_last:
                break
            self._untaken.pop(0).close()
        return b""

    async def stop(self) -> None:
        async with self._stopping:  # whoever stops it second goes on once all can be taken
            ending, self._hearing = self._hearing, None
            if ending is not None:
                try:
                    await ending.stop()
                finally:
                    self._ended.add(ending)

    def close(self) -> None:
        while self._untaken:
            self._untaken.pop(0).close()
