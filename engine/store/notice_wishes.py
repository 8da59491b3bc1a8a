"""Wishes of other nodes for notices: who has somebody waiting says so again and again, and nobody else is told.

Each notice is a transaction of PostgreSQL's at every node that listens, and wakes it; most of the time nobody there
waits for what it tells of.
"""

import asyncio
import math
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from engine.store.notices import Topic

SAID_EVERY_S: Final = 10.0
WISH_S: Final = 15.0
"""So long a wish stands, or until it is said again."""


class NoticeWishes:
    """The wishes of the others, as this node has heard them. While it hears nobody they may wish for anything.

    Belongs to asyncio's thread.
    """

    def __init__(self, wish_s: float = WISH_S, now_s: Callable[[], float] | None = None) -> None:
        self._wish_s = wish_s
        self._now_s = now_s or _loop_s
        self._until_s: dict[Topic, float] = dict.fromkeys(Topic, math.inf)

    def begin_to_hear(self) -> None:
        """Hear wishes from now on: each that stands is said again before it ends."""
        self._until_s = dict.fromkeys(Topic, self._now_s() + self._wish_s)

    def stop_hearing(self) -> None:
        """Hear no wishes any more: others may wish for anything."""
        self._until_s = dict.fromkeys(Topic, math.inf)

    def heard(self, topics: Iterable[Topic]) -> None:
        """Note that another node wishes to be told of these."""
        for each in topics:
            self._until_s[each] = max(self._until_s[each], self._now_s() + self._wish_s)

    def among(self, topics: AbstractSet[Topic]) -> AbstractSet[Topic]:
        """Choose those of these topics that somebody may wish to be told of."""
        return {each for each in topics if self._now_s() < self._until_s[each]}


def _loop_s() -> float:
    return asyncio.get_running_loop().time()
