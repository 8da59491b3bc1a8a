"""The calls that have begun within the last second, as the moments of their beginnings in microseconds."""

from collections.abc import Sequence
from typing import Final

SECOND_US: Final = 1_000_000


def of_last_second(moments: Sequence[int], now_us: int) -> list[int]:
    """Keep those that are less than a second away from now.

    One that is ahead counts too: a clock that was set back a little lets nobody begin more. One that is further ahead
    does not, so that a clock that was set back by an hour keeps nobody waiting.
    """
    return [each for each in moments if abs(now_us - each) < SECOND_US]
