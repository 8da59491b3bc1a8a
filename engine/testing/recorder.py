"""A recorder without sound: what it holds are the voices and prompts that were to be heard, as samples."""

from collections.abc import Callable, Sequence

from engine.errors import RecordingError
from engine.ports import RecorderId, Track
from engine.testing.voices import frames_of


class FakeRecorder:
    """A recorder of who is heard when; the bridge tells it whenever what is heard is about to change.

    `now` gives seconds, `sample` the sample of a track as it sounds now.
    """

    def __init__(
        self, recorder: RecorderId, channels: int, rate_hz: int, now: Callable[[], float],
        sample: Callable[[Track], int],
    ) -> None:  # fmt: skip
        self._tracks = tuple(Track(recorder, number) for number in range(channels))
        self._rate_hz = rate_hz
        self._now = now
        self._sample = sample
        self._began_s = now()
        self._frames = 0
        self._untaken = bytearray()
        self._stopped = False
        self.is_closed = False
        self.fails: RecordingError | None = None
        """Raised by whoever takes from it."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        return self._tracks

    def take(self) -> bytes:
        if self.fails is not None:
            raise self.fails
        self.keep_up()
        taken = bytes(self._untaken)
        self._untaken.clear()
        return taken

    async def stop(self) -> None:
        self.keep_up()
        self._stopped = True

    def close(self) -> None:
        self._stopped = self.is_closed = True
        self._untaken.clear()

    def keep_up(self) -> None:
        """Take down what has been heard up to now: nothing has changed since the last time."""
        if self._stopped:
            return
        frames = round((self._now() - self._began_s) * self._rate_hz)
        if frames > self._frames:
            self._untaken += frames_of(self._samples(), frames - self._frames)
            self._frames = frames

    def _samples(self) -> Sequence[int]:
        return [self._sample(track) for track in self._tracks]
