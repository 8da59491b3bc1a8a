"""A queue of calls, and one call's wait in it: what is known of them, and the table of a wait's life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class QueueResult(StrEnum):
    """Why somebody is no longer in a queue, in the field's words."""

    BRIDGED = "bridged"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


class WaitState(StrEnum):
    """The states of a call in a queue."""

    WAITING = "waiting"
    SERVED = "served"
    """Somebody has taken it: the two talk, or are about to."""
    PARTED = "parted"
    GONE = "gone"
    """Before anybody took it."""


class WaitEvent(StrEnum):
    """The events of a call in a queue."""

    SERVED = "served"
    PARTED = "parted"
    LEFT = "left"
    HUNG_UP = "hung up"
    REDIRECTED = "redirected"
    PROCESS_DIED = "process died"


WAIT_TRANSITIONS: Final[Mapping[WaitState, Mapping[WaitEvent, WaitState]]] = MappingProxyType(
    {
        WaitState.WAITING: {
            WaitEvent.SERVED: WaitState.SERVED,
            WaitEvent.LEFT: WaitState.GONE,
            WaitEvent.HUNG_UP: WaitState.GONE,
            WaitEvent.REDIRECTED: WaitState.GONE,
            WaitEvent.PROCESS_DIED: WaitState.GONE,
        },
        WaitState.SERVED: {WaitEvent.PARTED: WaitState.PARTED},
    }
)

RESULTS: Final[Mapping[WaitEvent, QueueResult]] = MappingProxyType(
    {
        WaitEvent.SERVED: QueueResult.BRIDGED,
        WaitEvent.LEFT: QueueResult.LEAVE,
        WaitEvent.HUNG_UP: QueueResult.HANGUP,
        WaitEvent.REDIRECTED: QueueResult.REDIRECTED,
        WaitEvent.PROCESS_DIED: QueueResult.SYSTEM_ERROR,
    }
)
"""How a wait ended, by what ended it."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of an account, as it is stored; it lasts when nobody waits."""

    id: str
    account_id: str
    friendly_name: str
    date_created: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """One call's wait; `result` tells how it ended."""

    id: str
    queue_id: str
    call_id: str
    priority: int
    entered_at: datetime
    left_at: datetime | None = None
    result: QueueResult | None = None


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Figures of a queue since a moment: waits that ended, by how; times in seconds, None without any."""

    served: int
    hung_up: int
    left: int
    average_wait_s: float | None
    longest_wait_s: float | None


def order(waits: list[Wait]) -> list[Wait]:
    """Who is served first, of those who came in this order: the higher priority, of the same who came before."""
    return sorted(waits, key=lambda wait: -wait.priority)


def estimated_wait_s(position: int, average_wait_s: float | None, waiting: int) -> float | None:
    """A guess for the one at `position` (from 1): its share of what a wait lasted on average."""
    if average_wait_s is None:
        return None
    return round(average_wait_s * position / max(waiting, 1), 1)
