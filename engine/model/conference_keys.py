"""Commands by keys in a conference that lets them: * and a digit, read as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

AFTER_STAR_S: Final = 3.0
"""How long the digit may take to follow."""


class RoomCommand(StrEnum):
    """A command that a participant of a conference gives with keys."""

    COUNT = "count"
    LOCK = "lock"
    MUTE_ALL = "mute-all"
    MUTE = "mute"
    SOFTER = "softer"
    LOUDER = "louder"
    END = "end"


KEYS: Final[Mapping[str, RoomCommand]] = MappingProxyType(
    {
        "2": RoomCommand.COUNT,
        "4": RoomCommand.LOCK,
        "5": RoomCommand.MUTE_ALL,
        "6": RoomCommand.MUTE,
        "7": RoomCommand.SOFTER,
        "8": RoomCommand.LOUDER,
        "9": RoomCommand.END,
    }
)
"""By the digit that follows *; *6 is what the field's conference services have for muting oneself."""

FOR_MODERATORS: Final = frozenset({RoomCommand.LOCK, RoomCommand.MUTE_ALL, RoomCommand.END})

_STEP: Final = 1.5
_SOFTEST: Final = 20
_LOUDEST: Final = 400


@dataclass(frozen=True, slots=True)
class KeyReader:
    """Reads a participant's keys into commands. `star_at_s` is when * was pressed, None where no command has begun."""

    star_at_s: float | None = None

    def pressed(self, key: str, now_s: float) -> "tuple[KeyReader, RoomCommand | None]":
        """The next state, and the command that the key completes."""
        if key == "*":
            return KeyReader(now_s), None
        in_time = self.star_at_s is not None and now_s - self.star_at_s <= AFTER_STAR_S
        return KeyReader(), KEYS.get(key) if in_time else None


def volume_after(volume: int, command: RoomCommand) -> int:
    """A volume in percent, a step of 3.5 dB louder or softer."""
    wanted = volume * _STEP if command is RoomCommand.LOUDER else volume / _STEP
    return min(max(round(wanted), _SOFTEST), _LOUDEST)
