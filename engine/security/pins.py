"""PINs of conferences: stored as keyed hashes, and guarded against guessing."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from engine.model.conference import Conference
from engine.security.secrets import digest, same

TRIES_A_CALL: Final = 3
TRIES_A_CALLER: Final = 9
TRIES_A_ROOM: Final = 100
WINDOW_S: Final = 900.0
"""A caller may be wrong so often within this time, and all callers of a room together: of a million PINs of six
digits, a thousandth is tried in four hours."""


class Role(Enum):
    """Whether somebody enters a conference as its moderator or as a participant, by the PIN that was given."""

    PARTICIPANT = auto()
    MODERATOR = auto()


@dataclass(frozen=True, slots=True)
class Pins:
    """Hashes PINs with the node's pepper (RFC 2104), so the database alone does not tell them."""

    pepper: bytes = field(repr=False)

    def digest(self, conference_id: str, pin: str) -> bytes:
        """What is stored of a room's PIN."""
        return digest(f"{conference_id} {pin}", self.pepper)

    def role(self, conference: Conference, pin: str) -> Role | None:
        """What the PIN makes of who knows it; None if it is wrong."""
        given = self.digest(conference.id, pin)
        if conference.moderator_pin and same(given, conference.moderator_pin):
            return Role.MODERATOR
        if conference.pin and same(given, conference.pin):
            return Role.PARTICIPANT
        return None


class PinGuard:
    """Counts wrong PINs of one room; times are in seconds, of a clock that only goes forward."""

    def __init__(self) -> None:
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)

    def may_try(self, caller: str, now_s: float) -> bool:
        """Whether this caller may try a PIN now."""
        self._forget(now_s)
        everybody = sum(len(times) for times in self._wrong.values())
        return len(self._wrong.get(caller, ())) < TRIES_A_CALLER and everybody < TRIES_A_ROOM

    def was_wrong(self, caller: str, now_s: float) -> None:
        """A caller's PIN was wrong."""
        self._wrong[caller].append(now_s)

    def _forget(self, now_s: float) -> None:
        for caller, times in tuple(self._wrong.items()):
            while times and times[0] <= now_s - WINDOW_S:
                times.popleft()
            if not times:
                del self._wrong[caller]
