"""The keys that a call was ordered with, as those of an extension behind the number that answers."""

from engine.flow.keys import press
from engine.live.session.session import Session
from engine.ports import Clock


class OrderedKeys:
    """Sends them before all else: nobody is there yet who could be told of a recording, or hear the flow.

    Implements engine.flow.keys.Presses.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def send(self) -> None:
        """Send all of them, if there are any. Raises LegGone."""
        keys = self._session.call.options.send_digits
        if keys:
            self._session.note_event("digits_sent", digits=len(keys))
            await press(self, keys)

    async def pause(self, seconds: float) -> None:
        """Wait between two keys."""
        await self._session.until_over(self._clock.sleep(seconds))

    async def send_digits(self, digits: str) -> None:
        """Send keys without a pause."""
        await self._session.until_over(self._session.leg.press(digits))

    async def note(self, kind: str, **facts: object) -> None:
        """Add to the call's events."""
        self._session.note_event(kind, **facts)
