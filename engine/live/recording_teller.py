"""Tells customers how their recordings fare: what is needed for it is in the recording's row, so any process can."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.callback import RecordingEventName
from engine.live.telling import Teller
from engine.recording import Recording
from engine.told.recording import recording_form


@dataclass(frozen=True, slots=True)
class RecordingTeller:
    """`place` gives where a recording of an id is downloaded."""

    teller: Teller
    place: Callable[[str], str]

    def url(self, row: Recording) -> str:
        """Where it is downloaded."""
        return self.place(row.id)

    async def tell(self, row: Recording, event: RecordingEventName) -> None:
        """If its callback asked for that."""
        if row.callback is not None and row.told_on is not None and event.value in row.callback.events:
            await self.teller.tell(row.told_on, row.callback, recording_form(row, event, self.url(row), row.told_on))
