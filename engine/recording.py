"""A recording: what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordingSource(StrEnum):
    """What asked for a recording."""

    CALL = "call"
    DIAL = "dial"
    RECORD = "record"
    CONFERENCE = "conference"
    START = "start"
    REST = "rest"


class RecordingStatus(StrEnum):
    """Where a recording stands. `absent`: there was nothing to record."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a call or of a conference, as it is stored.

    `source` says what asked for it (RecordingSource); `path` is where the WAV is; `node` is the
    process that writes it. `seconds`, `size_bytes` and `sha256` are known once the file is closed; `error` says
    why a recording failed or ended early. `lead_s` seconds of silence stand before what was recorded, so that its times
    are those of another recording.
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
