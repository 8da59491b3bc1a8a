"""Tells customers how their recordings fare: what is needed for it is in the recording's row, so any process can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from engine.live.callbacks import CallCallbacks
from engine.live.session.backlog import Backlog
from engine.model.callback import Callback, RecordingEventName
from engine.model.recording import Recording, RecordingStatus
from engine.webhooks.payloads.recording import absent_form, recording_form

_ABSENT: Final = RecordingEventName.ABSENT
_ENDS: Final = {
    RecordingStatus.COMPLETED: RecordingEventName.COMPLETED,
    RecordingStatus.FAILED: RecordingEventName.FAILED,
    RecordingStatus.DELETED: RecordingEventName.ABSENT,
}


@dataclass(frozen=True, slots=True)
class RecordingCallbacks:
    """`place` gives where a recording of an id is downloaded; `backlog` keeps what can't be stored yet."""

    call_callbacks: CallCallbacks
    place: Callable[[str], str]
    backlog: Backlog

    def url(self, row: Recording) -> str:
        """The URL where the recording is downloaded."""
        return self.place(row.id)

    async def tell_end(self, row: Recording) -> None:
        """How a closed one ended."""
        await self.tell_event(row, _ENDS[row.status])

    async def tell_absent(self, row: Recording) -> None:
        """Tell that there is no recording: `row` is of what would have been recorded, and is stored nowhere."""
        if (callback := row.callback) is not None and row.told_on is not None and _ABSENT.value in callback.events:
            await self._store(row.told_on, callback, absent_form(row, row.told_on))

    async def tell_event(self, row: Recording, event: RecordingEventName) -> None:
        """If its callback asked for that."""
        if row.callback is not None and row.told_on is not None and event.value in row.callback.events:
            await self._store(row.told_on, row.callback, recording_form(row, event, self.url(row), row.told_on))

    async def _store(self, call_id: str, callback: Callback, form: Mapping[str, str]) -> None:
        await self.backlog.write(partial(self.call_callbacks.store, call_id, callback, form))
