"""The links of a root: the rooms of other nodes that are leaves of the same conference."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from engine.aio.waits import to_its_end
from engine.errors import LegGone
from engine.ports import Attendance, Cause, HungUp, Leg, LegId, MediaChanged, MediaLost, MixedRoom

log = structlog.get_logger(__name__)


class Branches:
    """One link to each leaf. Each has a seat in the mix, as a participant would, and is none."""

    def __init__(self, on_change: Callable[[], Awaitable[None]]) -> None:
        """`on_change` is told when a leaf is heard that was not before."""
        self._links: dict[str, Leg] = {}
        self._on_change = on_change

    @property
    def leaves(self) -> frozenset[str]:
        """The nodes that are linked now."""
        return frozenset(self._links)

    def legs(self, *, but: frozenset[str]) -> Sequence[LegId]:
        """The links to all leaves but these."""
        return [leg.id for leaf, leg in self._links.items() if leaf not in but]

    async def end_of(self, leaf: str) -> None:
        """Hang up the link of one leaf, which dials again."""
        if (leg := self._links.get(leaf)) is not None:
            await leg.hang_up()

    async def follow(self, leg: Leg, leaf: str, mix: MixedRoom) -> None:
        """Follow a leaf's link to its end. A second one of the same leaf would be a loop: it is refused (482)."""
        if leaf in self._links:
            await leg.hang_up(Cause.LOOP)
            return
        self._links[leaf] = leg
        try:
            await self._answer(leg, leaf, mix)
        finally:
            del self._links[leaf]
            await to_its_end(_end(leg, mix))

    async def end(self) -> None:
        """Hang up all: this node is root no more."""
        for leg in tuple(self._links.values()):
            await leg.hang_up()

    async def _answer(self, leg: Leg, leaf: str, mix: MixedRoom) -> None:
        try:
            await leg.answer()
        except LegGone:
            return
        async for event in leg.events():
            match event:
                case MediaChanged():
                    await mix.place(leg.id, Attendance(is_link=True))
                    log.info("leaf_linked", leaf=leaf)
                    await self._on_change()
                case MediaLost():
                    await leg.hang_up()
                case HungUp():
                    log.info("leaf_link_ended", leaf=leaf)


async def _end(leg: Leg, mix: MixedRoom) -> None:
    await mix.remove(leg.id)
    await leg.hang_up()
