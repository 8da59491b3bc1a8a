"""Time, handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time (UTC, and monotonic seconds) and waits."""

    def now(self) -> datetime:
        """UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds."""
        ...

    async def sleep(self, seconds: float) -> None: ...
