"""One recording under way: its sources, its pauses, its end."""

import asyncio
from collections.abc import Callable, Container, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from engine.aio.tasks import BackgroundTasks, started
from engine.aio.waits import joined
from engine.model.recording import Recording, RecordingEvent, after
from engine.model.recording_marks import OwnTime, PauseBehavior, RecordingMark
from engine.ports import Bridge, Clock, Source, Track
from engine.recordings.files.segmented_recorder import SegmentedRecorder
from engine.recordings.files.writer import RecordingFileWriter

Note = Callable[..., None]
Close = Callable[["ActiveRecording", str | None], Coroutine[Any, Any, Recording]]


class ActiveRecording:
    """A recording under way. Where sources are cut off it goes on with silence, so that its times stay true."""

    def __init__(
        self, row: Recording, segmented: SegmentedRecorder, writer: RecordingFileWriter, bridge: Bridge,
        tracks: Sequence[Sequence[Source]], clock: Clock, note: Note, close: Close,
        withheld: Container[Source] = frozenset(),
    ) -> None:  # fmt: skip
        self._row = row
        self.note = note
        self.beside = BackgroundTasks("recording", call_id=row.call_id, on_failure=partial(_background_failed, note))
        """What goes on for as long as it does."""
        self.writer = writer
        self._segmented = segmented
        self._bridge = bridge
        self._clock = clock
        self._began_s = clock.monotonic()
        self._began_at = max(clock.now(), row.started_at)
        self._time = OwnTime(self._began_s, row.lead_s)
        self._channels = len(tracks)
        self._sources = [(source, number) for number, sources in enumerate(tracks) for source in sources]
        self._withheld = withheld
        self._connected = {each for each in self._sources if each[0] not in withheld}
        self._arranging = asyncio.Lock()
        self._muted = False
        self._paused: PauseBehavior | None = None
        self._close = close
        self._closing: asyncio.Future[Recording] | None = None

    @property
    def row(self) -> Recording:
        """The recording's row as it is stored, or about to be."""
        return self._row

    @property
    def id(self) -> str:
        return self._row.id

    @property
    def is_open(self) -> bool:
        return self._closing is None

    @property
    def is_paused(self) -> bool:
        return self._paused is not None

    @property
    def tracks(self) -> Sequence[Track]:
        """The sources that the recording hears now; none in a gap."""
        return self._segmented.tracks

    @property
    def own_s(self) -> float:
        """How many seconds it holds by now, by the clock."""
        return self._time.at(self._clock.monotonic())

    @property
    def now(self) -> datetime:
        """The time, counted on from its beginning: its marks and its end hang on no clock that is set meanwhile."""
        return self._began_at + timedelta(milliseconds=round(1000 * (self._clock.monotonic() - self._began_s)))

    def marked(self, event: RecordingEvent, mark: RecordingMark) -> None:
        """Note that it paused or went on. Raises UnexpectedEvent where its table of states has no such event."""
        self._row = replace(after(self._row, event), marks=(*self._row.marks, mark))

    def discarded(self) -> None:
        """Note that the recording is to be deleted at its end."""
        self._row = replace(self._row, unwanted=True)

    def holds(self, source: Source) -> bool:
        """Whether it records this one, audible now or not."""
        return any(each == source for each, _ in self._sources)

    async def add(self, source: Source, *, track: int) -> None:
        """Record one more, on the channel `track`, counted from 0; nothing if it is there."""
        if (source, track) not in self._sources:
            self._sources.append((source, track))
            await self.arrange()

    async def only(self, sources: Sequence[Source]) -> None:
        """Record these and no others, on the first channel."""
        self._sources = [(source, 0) for source in sources]
        await self.arrange()

    async def pause(self, behavior: PauseBehavior) -> bool:
        """Record silence from now on, or nothing at all; False if it pauses already. Raises RecordingError."""
        async with self._arranging:
            if self._paused is not None:
                return False
            self._paused = behavior
            await self._arrange()
            if behavior is PauseBehavior.SKIP:
                self._time.stop(self._clock.monotonic())
                await self._segmented.stop()
            return True

    async def resume(self) -> bool:
        """Record again; False if it does not pause. Raises RecordingError."""
        async with self._arranging:
            before, self._paused = self._paused, None
            if before is PauseBehavior.SKIP and self.is_open:
                await self._end_gap()
            await self._arrange()
            return before is not None

    async def mute(self, *, muted: bool) -> None:
        """Silence in place of all it records, or sound again."""
        self._muted = muted
        await self.arrange()

    async def stop(self, error: str | None = None) -> Recording:
        """Close it and give its final row; `error` says why it ended early. Safe to repeat, and to cancel."""
        return await joined(self.end_soon(error))

    def end_soon(self, error: str | None = None) -> asyncio.Future[Recording]:
        """Stop recording, without waiting until it has stopped."""
        if self._closing is None:
            self._closing = started(self._close(self, error))
        return self._closing

    async def arrange(self) -> None:
        """Make what is connected what is to be audible."""
        async with self._arranging:
            await self._arrange()

    async def _arrange(self) -> None:
        tracks = self._segmented.tracks
        if not self.is_open or not tracks:
            return
        wanted = {each for each in self._sources if self._is_audible(each[0])}
        before, self._connected = self._connected, wanted
        # First what is not to be heard any more.
        for source, track in before - wanted:
            await self._bridge.disconnect(source, tracks[track])
        for source, track in wanted - before:
            await self._bridge.connect(source, tracks[track])

    async def _end_gap(self) -> None:
        """A new recorder, whose sound comes behind what the last one heard."""
        audible = {each for each in self._sources if self._is_audible(each[0])}
        groups = [[source for source, at in audible if at == track] for track in range(self._channels)]
        recorder = await self._bridge.record(tracks=groups)
        if not self.is_open:
            await recorder.stop()
            recorder.close()
            return
        self._segmented.go_on(recorder)
        self._time.go_on(self._clock.monotonic())
        self._connected = audible

    def _is_audible(self, source: Source) -> bool:
        return not (self._paused or self._muted) and source not in self._withheld


def _background_failed(note: Note, task: str, error: BaseException) -> None:
    note("background_failed", task=task, reason=type(error).__name__)
