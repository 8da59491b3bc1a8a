"""Whether a trunk answers: since when it does not, and what came of the last OPTIONS to its hosts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

MOST_PINGS: Final = 20
"""OPTIONS that are remembered of a trunk."""
MOST_EVENTS: Final = 50


@dataclass(frozen=True, slots=True)
class OptionsPing:
    """One OPTIONS to a host, `at` when it was sent; a code of 0 and no round trip where nothing came back."""

    host: str
    at: datetime
    code: int = 0
    round_trip_ms: float | None = None


class TrunkEventKind(StrEnum):
    """What has changed of a trunk."""

    REGISTERED = "registered"
    REGISTRATION_FAILED = "registration_failed"
    SILENT = "silent"
    ANSWERS_AGAIN = "answers_again"
    HOST_LEFT_ALONE = "host_left_alone"
    """The circuit breaker of a host is open: no call goes there while there are other hosts."""
    HOST_USED_AGAIN = "host_used_again"
    FULL = "full"
    """It carries as many calls out as it may."""
    HAS_ROOM = "has_room"


@dataclass(frozen=True, slots=True)
class TrunkEvent:
    """One change of a trunk's state; `detail` is the registrar's answer, or the host that was asked."""

    at: datetime
    kind: TrunkEventKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TrunkChange:
    """A change of the trunk of this name."""

    trunk: str
    event: TrunkEvent


@dataclass(frozen=True, slots=True)
class TrunkReachability:
    """`silent_since` is None while it answers, and before it was asked anything.

    `pings` and `events` are the last, oldest first.
    """

    silent_since: datetime | None = None
    pings: tuple[OptionsPing, ...] = ()
    events: tuple[TrunkEvent, ...] = ()

    @property
    def round_trip_ms(self) -> float | None:
        """The time that the last OPTIONS took; None where it was not answered, or none was sent."""
        return self.pings[-1].round_trip_ms if self.pings else None
