"""A recording: what is known of it, and the table of its life."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.model.callback import Callback
from engine.model.recording_marks import RecordingMark
from engine.model.transitions import next_state


class RecordingSource(StrEnum):
    """The source of a recording: what asked for it."""

    CALL = "call"
    DIAL = "dial"
    RECORD = "record"
    CONFERENCE = "conference"
    START = "start"
    REST = "rest"


class RecordingStatus(StrEnum):
    """The status of a recording. `processing`: closed, its figures not told yet; `absent`: nothing to record."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    ABSENT = "absent"
    DELETED = "deleted"


class RecordingEvent(StrEnum):
    """The events of a recording."""

    NOT_BEGUN = "not begun"
    """There was nothing to record, or no consent to it: it is told of, and never stored."""
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"
    MEASURED = "measured"
    """Its file is complete, and its figures are known."""
    FAILED = "failed"
    ERASED = "erased"


TRANSITIONS: Final[Mapping[RecordingStatus, Mapping[RecordingEvent, RecordingStatus]]] = MappingProxyType(
    {
        RecordingStatus.IN_PROGRESS: {
            RecordingEvent.NOT_BEGUN: RecordingStatus.ABSENT,
            RecordingEvent.FAILED: RecordingStatus.FAILED,
            RecordingEvent.PAUSED: RecordingStatus.PAUSED,
            RecordingEvent.CLOSED: RecordingStatus.PROCESSING,
        },
        RecordingStatus.PAUSED: {
            RecordingEvent.RESUMED: RecordingStatus.IN_PROGRESS,
            RecordingEvent.CLOSED: RecordingStatus.PROCESSING,
        },
        RecordingStatus.PROCESSING: {
            RecordingEvent.MEASURED: RecordingStatus.COMPLETED,
            RecordingEvent.FAILED: RecordingStatus.FAILED,
            RecordingEvent.ERASED: RecordingStatus.DELETED,
        },
        RecordingStatus.COMPLETED: {RecordingEvent.ERASED: RecordingStatus.DELETED},
        RecordingStatus.FAILED: {RecordingEvent.ERASED: RecordingStatus.DELETED},
    }
)

UNFINISHED: Final = (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a call or of a conference, as it is stored.

    `source` says what asked for it (RecordingSource); `path` is where the file is; `node` is the
    process that writes it. `seconds`, `size_bytes` and `sha256` (of the WAV that is downloaded) are known once the file
    is closed; `error` says why a recording failed or ended early. `lead_s` seconds of silence stand before what was
    recorded, so that its times are those of another recording. `wrapped_key` is its data key, wrapped in its account's;
    without one the file is a plain WAV. `consent` is the id of the consent by which it began; with `unwanted` it is
    deleted at its end. With `trim` silence is cut off at both ends once it is closed. `callback` is told of it, among
    the callbacks of the call `told_on`, and is kept until its end was told. `object_url` is where it is in an object
    store, once it is there and no longer at `path`.
    """

    id: str
    account_id: str
    source: str
    status: RecordingStatus
    path: str
    channels: int
    rate_hz: int
    started_at: datetime
    node: str
    call_id: str | None = None
    conference_id: str | None = None
    seconds: float | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    ended_at: datetime | None = None
    error: str | None = None
    lead_s: float = 0.0
    wrapped_key: bytes | None = field(default=None, repr=False)
    consent: str | None = None
    unwanted: bool = False
    marks: tuple[RecordingMark, ...] = ()
    trim: bool = False
    callback: Callback | None = None
    told_on: str | None = None
    object_url: str | None = None

    @property
    def frames(self) -> int | None:
        """Samples of each channel, once that is known."""
        return None if self.seconds is None else round(self.seconds * self.rate_hz)


def after(recording: Recording, event: RecordingEvent) -> Recording:
    """The recording after an event. Raises UnexpectedEvent where the table has no entry."""
    return replace(recording, status=next_state(TRANSITIONS, recording.id, recording.status, event))


def closed(recording: Recording) -> Recording:
    """One that a process left open, as if it had been closed; the same if it was."""
    if recording.status is RecordingStatus.PROCESSING:
        return recording
    return after(recording, RecordingEvent.CLOSED)


def erased(recording: Recording) -> Recording:
    """Without its key, so that no copy of its file can be opened; who was recorded for how long is still known."""
    return replace(after(recording, RecordingEvent.ERASED), path="", wrapped_key=None, object_url=None)
