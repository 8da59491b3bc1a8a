"""A room of a fake bridge."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Final

from engine.ports import Attendance, Everyone, LegId, Mixed, RoomId, RoomSound
from engine.testing.mix import Mix

_NARROW_HZ: Final = 8000


class FakeRoom:
    """A conference's mix without sound; all lines are narrow, so it mixes at 8000 Hz."""

    def __init__(
        self, room: RoomId, sound: RoomSound, mix: Mix, changing: Callable[[], AbstractContextManager[None]],
        crossed: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self.sound = sound
        self._room = room
        self._mix = mix
        self._changing = changing
        self._crossed = crossed

    @property
    def source(self) -> Mixed:
        return Mixed(self._room)

    @property
    def sink(self) -> Everyone:
        return Everyone(self._room)

    async def place(self, leg: LegId, attendance: Attendance) -> None:
        await self._crossed()
        with self._changing():
            self._mix.place(leg, self._room, attendance)

    async def remove(self, leg: LegId) -> None:
        await self._crossed()
        with self._changing():
            self._mix.remove(leg, self._room)

    async def talking(self) -> frozenset[LegId]:
        await self._crossed()
        return self._mix.talking_in(self._room)

    async def rate_hz(self) -> int:
        await self._crossed()
        return _NARROW_HZ

    async def close(self) -> None:
        await self._crossed()
        with self._changing():
            for leg in tuple(self._mix.seats):
                self._mix.remove(leg, self._room)
