"""Sources that are kept out of whatever listens to a call, for lack of consent or as long as secrets are said."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from engine.ports import Heard, LegId, Said, Source

OnChange = Callable[[Sequence[Source]], Awaitable[None]]
"""Told of which sources it is another matter now whether they are withheld."""


class Withheld:
    """Sources, each withheld as often as somebody has a reason, and legs that are hushed: what they say and hear.

    Recordings have one, and media streams another, as consent to the ones is none to the others.
    """

    def __init__(self) -> None:
        self._reasons: Counter[Source] = Counter()
        self._hushed: set[LegId] = set()
        self._told: list[OnChange] = []

    def __contains__(self, source: object) -> bool:
        return source in self._reasons or (isinstance(source, Said | Heard) and source.leg in self._hushed)

    def tell(self, told: OnChange) -> None:
        """Have who listens told of each change."""
        self._told.append(told)

    async def add(self, sources: Sequence[Source]) -> None:
        """One reason more for each."""
        self._reasons.update(sources)
        await self._changed(sources)

    async def remove(self, sources: Iterable[Source]) -> None:
        """One reason less for each."""
        released = tuple(sources)
        self._reasons.subtract(released)
        self._reasons = +self._reasons
        await self._changed(released)

    async def hush(self, leg: LegId, *, hushed: bool) -> None:
        """Withhold what a leg says and hears, or no longer."""
        (self._hushed.add if hushed else self._hushed.discard)(leg)
        await self._changed((Said(leg), Heard(leg)))

    async def _changed(self, sources: Sequence[Source]) -> None:
        for told in self._told:
            await told(sources)
