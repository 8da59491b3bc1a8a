"""The machine's clock."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The real clock of this machine, in UTC, for the engine (engine.ports.Clock)."""

    def now(self) -> datetime:
        """UTC, to the millisecond, which is what is stored and shown."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
