"""Keys that are sent to a call's far end."""

from dataclasses import dataclass

from engine.live.session.session import Session
from engine.ports import Clock


@dataclass(frozen=True, slots=True)
class FarEndKeys:
    """A call's far end, which is sent keys without a look at its flow. Implements engine.flow.keys.Presses."""

    session: Session
    clock: Clock

    async def pause(self, seconds: float) -> None:
        """Wait between two keys. Raises LegGone."""
        await self.session.until_over(self.clock.sleep(seconds))

    async def send_digits(self, digits: str) -> None:
        """Send keys without a pause. Raises SipError, LegGone."""
        await self.session.until_over(self.session.leg.press(digits))

    async def note(self, kind: str, **facts: object) -> None:
        """Add to the call's events."""
        self.session.note_event(kind, **facts)
