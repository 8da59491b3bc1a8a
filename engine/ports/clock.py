"""Time, handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """UTC, seconds, and waiting."""

    def now(self) -> datetime:
        """UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds."""
        ...

    async def sleep(self, seconds: float) -> None: ...
