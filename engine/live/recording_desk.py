"""Recordings while they run: started with consent, closed with figures, ended when the disk is full."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from engine.consent import Consent
from engine.errors import RecordingError, StoreError
from engine.ids import Kind, new_id
from engine.ports import Bridge, Clock, Recorder, Source
from engine.recording import Recording, RecordingStatus
from engine.store import Recordings

LENGTH_TOLERANCE_S: Final = 0.2
DISK_RESERVE_BYTES: Final = 64 * 1024 * 1024
_DISK_CHECK_S: Final = 1.0
_DISK_FULL: Final = "The disk is full."

log = structlog.get_logger(__name__)

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is recorded: whose, of which call or conference, by what (call, dial, record, conference)."""

    account_id: str
    source: str
    note: Note
    call_id: str | None = None
    conference_id: str | None = None


class RecordingDesk:
    """Starts and ends recordings and keeps their rows."""

    def __init__(
        self, bridge: Bridge, rows: Recordings, clock: Clock, *, folder: Path, node: str,
        reserve_bytes: int = DISK_RESERVE_BYTES,
    ) -> None:  # fmt: skip
        self._bridge = bridge
        self._rows = rows
        self._clock = clock
        self._folder = folder
        self._node = node
        self._reserve_bytes = reserve_bytes
        self._running: set[ActiveRecording] = set()

    async def start(self, consent: Consent, subject: Subject, tracks: Sequence[Sequence[Source]]) -> "ActiveRecording":
        """Record from now on, one channel for each group of sources. Raises RecordingError."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        if await self._disk_is_full():
            subject.note("recording_refused", reason=_DISK_FULL)
            raise RecordingError(_DISK_FULL)
        row = self._new_row(subject, channels=len(tracks))
        try:
            await self._rows.add(row)
        except StoreError as error:
            raise RecordingError(f"The recording can't be registered: {error}") from error
        try:
            recorder = await self._bridge.record(Path(row.path), tracks=tracks)
        except RecordingError as error:
            await self._save(replace(row, status=RecordingStatus.FAILED, error=str(error)))
            raise
        subject.note("recording_started", recording=row.id, consent=consent.basis, consent_at=consent.at.isoformat())
        active = ActiveRecording(row, recorder, subject, self, self._clock.monotonic())
        self._running.add(active)
        return active

    async def watch_disk(self) -> None:
        """End what runs as soon as the disk is nearly full; the calls go on."""
        while True:
            await asyncio.sleep(_DISK_CHECK_S)
            if self._running and await self._disk_is_full():
                for active in tuple(self._running):
                    active.subject.note("recording_ended", recording=active.id, reason=_DISK_FULL)
                    await active.stop(_DISK_FULL)

    async def close(self, active: "ActiveRecording", error: str | None) -> Recording:
        """The end of a recording, whatever happens on the way; called once by the recording itself."""
        self._running.discard(active)
        lasted_s = self._clock.monotonic() - active.started_s
        row = replace(active.row, ended_at=self._clock.now(), error=error)
        try:
            file = await active.recorder.stop()
        except RecordingError as failure:
            active.subject.note("recording_failed", recording=row.id, reason=str(failure))
            row = replace(row, status=RecordingStatus.FAILED, error=error or str(failure))
        else:
            row = replace(
                row,
                status=RecordingStatus.FAILED if error else RecordingStatus.COMPLETED,
                seconds=file.seconds,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                rate_hz=file.rate_hz,
            )
            if abs(file.seconds - lasted_s) > LENGTH_TOLERANCE_S:
                active.subject.note(
                    "recording_length_mismatch", recording=row.id, seconds=file.seconds, talked_s=lasted_s
                )
            active.subject.note("recording_closed", recording=row.id, seconds=file.seconds, status=row.status)
        await self._save(row)
        return row

    async def _save(self, row: Recording) -> None:
        try:
            await self._rows.save(row)
        except StoreError as error:
            # The row says in-progress and the file is in its place: the next start completes it.
            log.error("recording_not_stored", recording=row.id, error=str(error))

    async def _disk_is_full(self) -> bool:
        usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        return usage.free < self._reserve_bytes

    def _new_row(self, subject: Subject, *, channels: int) -> Recording:
        identifier = new_id(Kind.RECORDING)
        return Recording(
            id=identifier,
            account_id=subject.account_id,
            call_id=subject.call_id,
            conference_id=subject.conference_id,
            source=subject.source,
            status=RecordingStatus.IN_PROGRESS,
            path=str(self._folder / f"{identifier}.wav"),
            channels=channels,
            rate_hz=self._bridge.rate_hz,
            started_at=self._clock.now(),
            node=self._node,
        )


class ActiveRecording:
    """A recording under way."""

    def __init__(
        self, row: Recording, recorder: Recorder, subject: Subject, desk: RecordingDesk, started_s: float
    ) -> None:
        self.row = row
        self.recorder = recorder
        self.subject = subject
        self.started_s = started_s
        self._desk = desk
        self._closing: asyncio.Future[Recording] | None = None

    @property
    def id(self) -> str:
        return self.row.id

    async def stop(self, error: str | None = None) -> Recording:
        """Close it and give its final row; `error` says why it ended early. Safe to repeat, and to cancel."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._desk.close(self, error))
        return await asyncio.shield(self._closing)
