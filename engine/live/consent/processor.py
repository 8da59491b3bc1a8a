"""What is done with the sound of calls for one purpose: recordings, or media streams."""

from typing import Protocol

from engine.ports import LegId, Source


class Processor(Protocol):
    """All that hears calls for one purpose, and what of them it may not hear."""

    def holds(self, *sources: Source) -> bool:
        """Whether it hears one of these, audible now or not."""
        ...

    def hears(self, leg: LegId) -> bool:
        """Whether it hears what this leg hears."""
        ...

    async def withhold(self, *sources: Source, unwanted: bool = False) -> None:
        """Have silence in their place, also in what begins later; where they are `unwanted` nothing of them is kept."""
        ...

    async def release(self, *sources: Source) -> None:
        """Undo `withhold`."""
        ...
