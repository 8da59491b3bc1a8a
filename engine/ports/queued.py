"""What waits in a queue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queued:
    """How much waits in a queue, and for how many seconds the first of it has."""

    count: int = 0
    oldest_s: float = 0.0
