"""Hold of one leg, of which its far end is told as its trunk has it."""

from enum import Enum

from engine.ports import Leg


class HeldAs(Enum):
    """What is on hold: the call, or its participant in a conference."""

    CALL = "call"
    PARTICIPANT = "participant"


class LegHold:
    """Why a leg is on hold. Its far end is told when it comes there, and when nothing keeps it there any more."""

    def __init__(self) -> None:
        self._held: set[HeldAs] = set()

    async def tell_newcomer(self, leg: Leg) -> None:
        """Another far end is in its place: tell that one if it is on hold. Raises LegGone."""
        if self._held:
            await leg.hold(held=True)

    async def set(self, leg: Leg, what: HeldAs, *, held: bool) -> None:
        """Raises LegGone."""
        before = bool(self._held)
        (self._held.add if held else self._held.discard)(what)
        if bool(self._held) != before:
            await leg.hold(held=held)
