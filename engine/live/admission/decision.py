"""The decision whether another call may begin, from what of the node's own work waits, and for how long."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.ports import Queued

LATE_S: Final = 0.15
FEW: Final = 12
"""So many may be late: a machine that stood still for a quarter of a second under forty calls a second has nobody
refused, and the last of them waits for a tenth of a second more."""
MOST: Final = 32
"""So many may wait, however short; setting up takes a hundredth of a second of CPU, so the last waits for a third."""
AGAIN_BELOW: Final = 0.5
"""Of these limits calls are admitted again, so that it does not change with each call."""


class HindranceKind(StrEnum):
    """What stands in the way of another call, by the names that the log uses."""

    WORK = "work that waits"
    LIMIT = "a limit"
    DISK = "the disk is full"
    STOPPING = "the node is stopping"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a call may not begin now, in words with figures, and after how many seconds to try again."""

    kind: HindranceKind
    words: str
    again_after_s: int = 1


@dataclass(frozen=True, slots=True)
class Load:
    """What waits in a node: commands for the SIP thread, its events for asyncio, and calls that are being set up."""

    commands: Queued
    events: Queued
    set_ups: Queued

    @property
    def count(self) -> int:
        """All that waits."""
        return self.commands.count + self.events.count + self.set_ups.count

    @property
    def oldest_s(self) -> float:
        """Seconds that the first of all has waited."""
        return max(self.commands.oldest_s, self.events.oldest_s, self.set_ups.oldest_s)


def refuses(load: Load, *, refused_before: bool) -> bool:
    """Whether a call that would begin now is to be tried again later."""
    part = AGAIN_BELOW if refused_before else 1.0
    is_late = load.oldest_s >= LATE_S * part and load.count > FEW * part
    return is_late or load.count >= MOST * part
