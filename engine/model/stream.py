"""A media stream of a call: what is known of it, and the table of its life. Nothing that goes over it is among it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.model.callback import Callback
from engine.model.transitions import next_state


class StreamStatus(StrEnum):
    """The status of a stream. `failed`: its server could not be reached, or was lost."""

    IN_PROGRESS = "in-progress"
    STOPPED = "stopped"
    FAILED = "failed"


class StreamEnding(StrEnum):
    """The ways in which a stream ends."""

    STOPPED = "stopped"
    """The flow, REST, the call's end or the server itself has ended it."""
    BROKE = "broke"


STREAM_TRANSITIONS: Final[Mapping[StreamStatus, Mapping[StreamEnding, StreamStatus]]] = MappingProxyType(
    {
        StreamStatus.IN_PROGRESS: {
            StreamEnding.STOPPED: StreamStatus.STOPPED,
            StreamEnding.BROKE: StreamStatus.FAILED,
        }
    }
)


class StreamNotice(StrEnum):
    """What a stream's callback is told of it, in the field's words."""

    STARTED = "stream-started"
    STOPPED = "stream-stopped"
    ERROR = "stream-error"


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """What has gone over a stream: messages and bytes of both ways, marks that came back.

    `dropped_ms` is media that the server did not read, `late_ms` what came while it was not connected, and
    `refused_ms` sound of the server beyond what may wait.
    """

    sent_messages: int = 0
    sent_bytes: int = 0
    received_messages: int = 0
    received_bytes: int = 0
    unread: int = 0
    marks: int = 0
    dropped_ms: int = 0
    late_ms: int = 0
    refused_ms: int = 0
    underruns: int = 0
    close_code: int | None = None
    """The code of the last connection's Close; 1006 without one; the status of HTTP where that refused us."""


@dataclass(frozen=True, slots=True)
class MediaStream:
    """A media stream, as it is stored.

    `tracks` are those that its server gets; a `two_way` one may speak. `name` is unique among those of its call that
    go on. `consent` is the id of the consent by which it began; `callback` is told of it. `node` is the process that
    carries it; `error` says in words why it failed.
    """

    id: str
    account_id: str
    call_id: str
    node: str
    url: str
    tracks: str
    two_way: bool
    started_at: datetime
    name: str | None = None
    status: StreamStatus = StreamStatus.IN_PROGRESS
    ended_at: datetime | None = None
    error: str | None = None
    consent: str | None = None
    callback: Callback | None = None
    figures: StreamFigures = StreamFigures()

    @property
    def shown_name(self) -> str:
        """Its name; its identifier where it has none."""
        return self.name or self.id

    @property
    def is_open(self) -> bool:
        return self.status is StreamStatus.IN_PROGRESS

    def is_named(self, id_or_name: str) -> bool:
        """Whether this is its identifier or its name."""
        return id_or_name in (self.id, self.name)


def ended(
    stream: MediaStream, how: StreamEnding, at: datetime, figures: StreamFigures, error: str | None = None
) -> MediaStream:
    """The stream after its end, with what has gone over it. Raises UnexpectedEvent where it had ended."""
    status = next_state(STREAM_TRANSITIONS, stream.id, stream.status, how)
    return replace(stream, status=status, ended_at=at, figures=figures, error=error)
