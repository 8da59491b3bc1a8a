"""How many calls have begun within the last second."""

from collections import deque
from typing import Final

_PERIOD_S: Final = 1.0


class CallRate:
    """A sliding window of one second; on any thread, where one call more or less among several does not count."""

    def __init__(self) -> None:
        self._began_s: deque[float] = deque()

    def begin(self, now_s: float) -> None:
        """A call begins now."""
        self._began_s.append(now_s)

    def a_second(self, now_s: float) -> int:
        """How many have begun in the second until now."""
        began_s = self._began_s
        try:
            while began_s[0] <= now_s - _PERIOD_S:
                began_s.popleft()
        except IndexError:
            return 0
        return len(began_s)
