"""Notices who begins and who ends to talk in a room."""

from collections.abc import Awaitable, Callable
from typing import Final

from engine.errors import SipError
from engine.ports import Clock, LegId, MixedRoom

_LOOK_AGAIN_S: Final = 0.4
"""A change is told once in this time at most; the room itself takes 800 ms of silence for an end."""


async def watch_talkers(mix: MixedRoom, clock: Clock, on_change: Callable[[LegId, bool], Awaitable[None]]) -> None:
    """Tell of each leg that begins (True) or ends (False) to talk; for ever, or until the bridge ends."""
    before: frozenset[LegId] = frozenset()
    while True:
        await clock.sleep(_LOOK_AGAIN_S)
        try:
            now = await mix.talking()
        except SipError:
            return
        for leg in sorted(now ^ before):
            await on_change(leg, leg in now)
        before = now
