"""The keys that a call was ordered with, as those of an extension behind the number that answers."""

from dataclasses import dataclass

from engine.flow.keys import press
from engine.live.session.far_end_keys import FarEndKeys
from engine.live.session.session import Session
from engine.ports import Clock


@dataclass(frozen=True, slots=True)
class OrderedKeys:
    """Sends them before all else: nobody is there yet who could be told of a recording, or hear the flow."""

    session: Session
    clock: Clock

    async def send(self) -> None:
        """Send all of them, if there are any. Raises LegGone."""
        keys = self.session.call.options.send_digits
        if keys:
            self.session.note_event("digits_sent", digits=len(keys))
            await press(FarEndKeys(self.session, self.clock), keys)
