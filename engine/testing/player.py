"""Something being played on a fake bridge."""

import asyncio
from collections.abc import Awaitable, Callable

from engine.ports import Played, PlayerId


class FakePlayer:
    """A player of files that takes as long as its sound would, in simulated time."""

    def __init__(
        self, player: PlayerId, seconds: float, drop: Callable[[PlayerId], None], crossed: Callable[[], Awaitable[None]]
    ) -> None:
        self._player = player
        self._seconds = seconds
        self._drop = drop
        self._crossed = crossed
        self._done = asyncio.Event()

    @property
    def source(self) -> Played:
        return Played(self._player)

    @property
    def seconds(self) -> float:
        return self._seconds

    def ended(self) -> None:
        """End the player, which nobody hears any more."""
        if not self._done.is_set():
            self._done.set()
            self._drop(self._player)

    async def finished(self) -> None:
        await self._done.wait()

    async def stop(self) -> None:
        await self._crossed()
        self.ended()
