"""Audio is wired by values: a *source* makes sound, a *sink* takes it.

The engine names them, the bridge finds the media behind them, so the engine never holds anything of the media library.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

LegId = NewType("LegId", int)
PlayerId = NewType("PlayerId", int)
RecorderId = NewType("RecorderId", int)
RoomId = NewType("RoomId", int)
StreamId = NewType("StreamId", int)


@dataclass(frozen=True, slots=True)
class Said:
    """Source: what the far end of a leg says."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Heard:
    """Source: everything that the far end of a leg is given to hear, now and later."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Played:
    """Source: a file being played."""

    player: PlayerId


@dataclass(frozen=True, slots=True)
class Mixed:
    """Source: what everybody in a room says, and what is played to everyone."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class Fed:
    """Source: what the program at the other end of a media stream says."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class Ear:
    """Sink: the far end of a leg."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Track:
    """Sink: one channel of a recording, counted from 0."""

    recorder: RecorderId
    number: int


@dataclass(frozen=True, slots=True)
class Everyone:
    """Sink: everybody in a room."""

    room: RoomId


class StreamTrack(StrEnum):
    """A track of a media stream, as its messages name it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Forked:
    """Sink: a track of a media stream, which goes to the program at its other end."""

    stream: StreamId
    track: StreamTrack


Source = Said | Heard | Played | Mixed
Sink = Ear | Track | Everyone
"""Neither has the ends of media streams: `StreamWire` alone lays wires there, for whoever may be heard and may hear."""
