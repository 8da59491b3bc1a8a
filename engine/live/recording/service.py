"""Recordings while they run: started with consent, closed with figures, ended when the disk is full."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from engine.aio.waits import to_its_end
from engine.errors import RecordingError, StoreError
from engine.live.recording.active_recording import ActiveRecording
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.context import RecordingContext
from engine.live.recording.exclusion import Withheld
from engine.live.recording.unwanted import without_audio
from engine.live.recording.warning_tone import Beeper
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.callback import RecordingEventName
from engine.model.consent import Purpose, ToRecording
from engine.model.recording import Recording, RecordingEvent, after
from engine.model.recording_marks import MarkKind, PauseBehavior, RecordingMark, moved
from engine.ports import Bridge, Clock, Heard, LegId, Source
from engine.recordings.files.audio import RecordingFile
from engine.recordings.files.segmented_recorder import SegmentedRecorder
from engine.recordings.files.writer import RecordingFileWriter
from engine.recordings.storage import RecordingStorage
from engine.store.recordings import Recordings
from engine.webhooks.payloads.recording import pause_facts, recording_facts

LENGTH_TOLERANCE_S: Final = 0.2
DISK_RESERVE_BYTES: Final = 64 * 1024 * 1024
_DISK_CHECK_S: Final = 1.0
_DISK_FULL: Final = "The disk is full."

log = structlog.get_logger(__name__)


class RecordingService:
    """Starts and ends recordings and keeps their rows."""

    def __init__(
        self, bridge: Bridge, rows: Recordings, clock: Clock, callbacks: RecordingCallbacks, *,
        recording_storage: RecordingStorage, node: str, meters: Meters, beeper: Beeper | None = None,
        pause_behavior: PauseBehavior = PauseBehavior.SILENCE,
        reserve_bytes: int = DISK_RESERVE_BYTES,
    ) -> None:  # fmt: skip
        self._bridge = bridge
        self._rows = rows
        self._clock = clock
        self._callbacks = callbacks
        self._recording_storage = recording_storage
        self._node = node
        self._beeper = beeper
        self._pause_behavior = pause_behavior
        self._reserve_bytes = reserve_bytes
        self._meters = meters
        self._running: dict[str, ActiveRecording] = {}
        self._withheld = Withheld()
        self._withheld.tell(self._rearrange)
        self._backlog = callbacks.backlog

    @property
    def running(self) -> int:
        """How many recordings are in progress."""
        return len(self._running)

    async def start(
        self, consent: ToRecording, subject: RecordingContext, tracks: Sequence[Sequence[Source]]
    ) -> ActiveRecording:
        """Record from now on, one channel for each group of sources. Raises RecordingError, ConsentError."""
        allowed: ToRecording = consent.to(Purpose.RECORDING)  # where no type checker looked
        try:
            row = await self._registered(allowed, subject, channels=len(tracks))
        except RecordingError as error:
            await self.absent(subject, str(error))
            raise
        file: RecordingFile | None = None
        try:
            file = await self._recording_storage.new_file(row)
            audible = [[source for source in group if source not in self._withheld] for group in tracks]
            recorder = await self._bridge.record(tracks=audible)
        except RecordingError as error:
            if file is not None:
                file.abandon()
                await self._recording_storage.erase(row)
            failed = replace(after(row, RecordingEvent.FAILED), error=str(error))
            await self.save(replace(failed, callback=None))
            await self._callbacks.tell_event(failed, RecordingEventName.ABSENT)
            raise
        subject.note("recording_started", recording=row.id, consent=allowed.id, how=allowed.record.how.value)
        await self._callbacks.tell_event(row, RecordingEventName.IN_PROGRESS)

        async def close(active: ActiveRecording, error: str | None) -> Recording:
            return await self._close(active, subject, error)

        def failed_to_write(reason: str) -> None:
            log.error("recording_ended", recording=row.id, reason=reason)
            if (active := self._running.get(row.id)) is not None:
                active.end_soon(reason)

        segmented = SegmentedRecorder(recorder)
        writer = RecordingFileWriter(segmented, file, self._recording_storage.disk, failed_to_write)
        active = ActiveRecording(
            row, segmented, writer, self._bridge, tracks, self._clock, subject.note, close, self._withheld
        )
        self._running[row.id] = active
        await active.arrange()  # something may have been withheld meanwhile
        if self._beeper is not None and subject.beep is not None:
            active.beside.begin(self._beeper.keep(active, subject.beep))
        return active

    async def absent(self, subject: RecordingContext, reason: str) -> None:
        """Tell that what was to be recorded is not."""
        row = self._row(subject, channels=0)
        await self._callbacks.tell_absent(replace(after(row, RecordingEvent.NOT_BEGUN), error=reason))

    async def watch_disk(self) -> None:
        """Every second, look whether the disk is nearly full, and then end what runs; the calls go on."""
        while True:
            await self._clock.sleep(_DISK_CHECK_S)
            if self._running and await self._disk_is_full():
                for active in tuple(self._running.values()):
                    log.error("recording_ended", recording=active.id, reason=_DISK_FULL)
                    await active.stop(_DISK_FULL)

    async def hush(self, leg: LegId, *, hushed: bool) -> None:
        """Put silence in place of a leg, and of what it hears, in every recording; or no longer."""
        await self._withheld.hush(leg, hushed=hushed)

    async def withhold(self, *sources: Source, unwanted: bool = False) -> None:
        """Silence in their place in every recording, also in one that begins later.

        A recording that holds one of them is deleted at its end if that is `unwanted`.
        """
        await self._withheld.add(sources)
        for active in self._holding(sources) if unwanted else ():
            self.discard(active)

    def discard(self, active: ActiveRecording) -> None:
        """Delete it at its end, or by the next process if this one dies first."""
        active.discarded()
        self._backlog.add(partial(self._rows.mark_unwanted, active.id))

    async def release(self, *sources: Source) -> None:
        """Undo `withhold`."""
        await self._withheld.remove(sources)

    @asynccontextmanager
    async def without(self, *sources: Source) -> AsyncIterator[None]:
        """Inside, these are withheld."""
        try:
            await self.withhold(*sources)
            yield
        finally:
            await to_its_end(self.release(*sources))

    def hears(self, leg: LegId) -> bool:
        """Whether what this leg hears is being recorded."""
        return self.holds(Heard(leg))

    def holds(self, *sources: Source) -> bool:
        """Whether one of these is being recorded."""
        return bool(self._holding(sources))

    async def _rearrange(self, sources: Sequence[Source]) -> None:
        for active in self._holding(sources):
            await active.arrange()

    def _holding(self, sources: Sequence[Source]) -> list[ActiveRecording]:
        return [active for active in self._running.values() if any(active.holds(source) for source in sources)]

    async def pause(self, active: ActiveRecording, behavior: PauseBehavior | None = None) -> None:
        """Record silence from now on, or nothing: as is set, where it is not said. Nothing happens where it pauses.

        Raises RecordingError, and StoreError; the sound has changed then all the same.
        """
        chosen = behavior or self._pause_behavior
        mark = RecordingMark(MarkKind.PAUSED, active.own_s, active.now, chosen)
        if await _or_end(active, active.pause(chosen)):
            await self._marked(active, mark, RecordingEvent.PAUSED, RecordingEventName.PAUSED)

    async def resume(self, active: ActiveRecording) -> None:
        """Record again. Raises RecordingError, StoreError as `pause` does."""
        if await _or_end(active, active.resume()):
            paused, now = active.row.marks[-1], active.now
            lasted_s = (now - paused.time).total_seconds()
            mark = RecordingMark(MarkKind.RESUMED, active.own_s, now, paused.behavior, lasted_s)
            await self._marked(active, mark, RecordingEvent.RESUMED, RecordingEventName.RESUMED)

    def of_call(self, call_id: str) -> list[ActiveRecording]:
        """What is being recorded of a call, the latest last."""
        running = (each for each in self._running.values() if each.row.call_id == call_id)
        return sorted(running, key=lambda each: each.id)

    async def save(self, row: Recording) -> None:
        """Now, or once the database is well; where this process ends before, the next one's start completes it."""
        await self._backlog.write(partial(self._rows.save, row))

    async def _registered(self, consent: ToRecording, subject: RecordingContext, *, channels: int) -> Recording:
        if await self._disk_is_full():
            subject.note("recording_refused", reason=_DISK_FULL)
            raise RecordingError(_DISK_FULL)
        row = replace(await self._recording_storage.placed(self._row(subject, channels=channels)), consent=consent.id)
        try:
            await self._rows.add(row)
        except StoreError as error:
            raise RecordingError(f"The recording can't be registered: {error}") from error
        return row

    def _row(self, subject: RecordingContext, *, channels: int) -> Recording:
        return subject.row(channels=channels, rate_hz=self._bridge.rate_hz, at=self._clock.now(), node=self._node)

    async def _close(self, active: ActiveRecording, subject: RecordingContext, error: str | None) -> Recording:
        """The end of a recording, whatever happens on the way; called once by the recording itself."""
        self._running.pop(active.id, None)
        wanted_s = active.own_s
        await active.beside.close()
        await active.writer.stop()
        row = replace(after(active.row, RecordingEvent.CLOSED), ended_at=active.now, error=error)
        await self.save(row)
        if error:
            subject.note("recording_ended", recording=row.id, reason=error)
        try:
            await active.writer.finish()
            file = await self._recording_storage.finished(row, trim=row.trim)
        except RecordingError as failure:
            subject.note("recording_failed", recording=row.id, reason=str(failure))
            row = replace(after(row, RecordingEvent.FAILED), error=error or str(failure))
        else:
            row = replace(
                after(row, RecordingEvent.FAILED if error else RecordingEvent.MEASURED),
                seconds=file.seconds,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                rate_hz=file.rate_hz,
                marks=moved(row.marks, cut_s=file.cut_s, seconds=file.seconds),
            )
            self._meters.count(Metric.RECORDED_BYTES, file.size_bytes)
            if not row.trim and abs(file.seconds - wanted_s) > LENGTH_TOLERANCE_S:
                subject.note("recording_length_mismatch", recording=row.id, seconds=file.seconds, wanted_s=wanted_s)
        if active.row.unwanted:
            row = await without_audio(row, self._recording_storage)
            subject.note("recording_deleted", recording=row.id, reason=row.error)
        await self.save(row)
        subject.note("recording_closed", **recording_facts(row, self._callbacks.url(row)))
        await self._callbacks.tell_end(row)
        if row.callback is not None:
            await self._backlog.write(partial(self._rows.mark_told, row.id))
        return row

    async def _marked(
        self, active: ActiveRecording, mark: RecordingMark, event: RecordingEvent, name: RecordingEventName
    ) -> None:
        if not active.is_open:
            return  # its row is final, or about to be
        active.marked(event, mark)
        paused = event is RecordingEvent.PAUSED
        active.note("recording_paused" if paused else "recording_resumed", **pause_facts(active.row))
        await self._callbacks.tell_event(active.row, name)
        await self._rows.save(active.row)

    async def _disk_is_full(self) -> bool:
        """A disk that does not tell is not full: writing to it tells what is wrong."""
        try:
            return await self._recording_storage.free_bytes() < self._reserve_bytes
        except RecordingError as error:
            log.error("recordings_disk_unknown", reason=str(error))
            return False


async def _or_end(active: ActiveRecording, change: Awaitable[bool]) -> bool:
    """Do it, or end the recording with the reason. Raises RecordingError."""
    try:
        return await change
    except RecordingError as error:
        active.end_soon(str(error))
        raise
