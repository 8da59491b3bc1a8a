"""Rooms: the mix of all who are in one, from which each is sent what the others say."""

from dataclasses import dataclass
from typing import Final, Protocol

from engine.ports.wires import Everyone, LegId, Mixed

WIDEST_HZ = 16_000
"""Up to what rate a room mixes, once somebody in it speaks so wide."""


@dataclass(frozen=True, slots=True)
class RoomSound:
    """The sound of a room, from its beginning to its end.

    It mixes up to `widest_hz` (8000, 16000 or 48000). `automatic_gain` brings soft and loud voices closer together,
    within seconds; `denoise` takes steady noise from each voice.
    """

    widest_hz: int = WIDEST_HZ
    automatic_gain: bool = False
    denoise: bool = False


PLAIN_SOUND: Final = RoomSound()
"""As the lines are."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """A leg's part in a room: is it heard, does it hear; `coaches` is the only leg that hears it, if there is one.

    `said_gain` and `heard_gain` are factors of amplitude: how loud it is to others, and others are to it. One that
    `is_link` is another room: it is sent the three loudest alone, and of several links the three loudest are heard.
    """

    speaks: bool = True
    hears: bool = True
    coaches: LegId | None = None
    said_gain: float = 1.0
    heard_gain: float = 1.0
    is_link: bool = False


class MixedRoom(Protocol):
    """A room of the bridge. A leg sits in at most one, and keeps its seat through its re-INVITEs.

    What is played to a leg itself is heard by it in addition; what is played to `sink` is heard by everyone.
    """

    @property
    def source(self) -> Mixed: ...

    @property
    def sink(self) -> Everyone: ...

    async def place(self, leg: LegId, attendance: Attendance) -> None:
        """Give a leg a seat, or change how it takes part."""
        ...

    async def remove(self, leg: LegId) -> None:
        """Take its seat away; nothing if it has none here."""
        ...

    async def talking(self) -> frozenset[LegId]:
        """Who talks now: 60 ms of sound begin it, 800 ms of silence end it."""
        ...

    async def rate_hz(self) -> int:
        """At which it mixes now."""
        ...

    async def close(self) -> None:
        """Remove everybody."""
        ...
