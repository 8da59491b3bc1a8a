"""Sources that are kept out of every recording, for lack of consent."""

from collections import Counter
from collections.abc import Iterable

from engine.ports import Source


class Withheld:
    """Sources, each withheld as often as somebody has a reason."""

    def __init__(self) -> None:
        self._reasons: Counter[Source] = Counter()

    def __contains__(self, source: object) -> bool:
        return source in self._reasons

    def add(self, sources: Iterable[Source]) -> None:
        """One reason more for each."""
        self._reasons.update(sources)

    def remove(self, sources: Iterable[Source]) -> None:
        """One reason less for each."""
        self._reasons.subtract(sources)
        self._reasons = +self._reasons
