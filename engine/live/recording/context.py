"""The context of a recording: its call or conference, and its account."""

from dataclasses import dataclass
from datetime import datetime

from engine.ids import IdKind, new_id
from engine.live.recording.active_recording import Note
from engine.live.recording.warning_tone import WarningTone
from engine.model.callback import Callback
from engine.model.recording import Recording, RecordingSource, RecordingStatus
from engine.model.recording_shape import Trim


@dataclass(frozen=True, slots=True)
class RecordingContext:
    """The context of a recording: account, call or conference, what asked for it, its callback and trimming.

    `call_id` of a conference's mix is none; `told_on` is then the call whose callbacks it is told among. `lead_s`
    seconds of silence come first, so that its times are those of a recording that began so long ago. `beep` says who
    hears the warning tone. `recording_id` is its identifier where whoever asked for it has been told one.
    """

    account_id: str
    source: RecordingSource
    note: Note
    call_id: str | None = None
    conference_id: str | None = None
    callback: Callback | None = None
    told_on: str | None = None
    trim: Trim = Trim.NOTHING
    lead_s: float = 0.0
    beep: WarningTone | None = None
    recording_id: str | None = None

    def row(self, *, channels: int, rate_hz: int, at: datetime, node: str) -> Recording:
        """Make the row of a recording that begins; its file has no place yet."""
        return Recording(
            id=self.recording_id or new_id(IdKind.RECORDING),
            account_id=self.account_id,
            call_id=self.call_id,
            conference_id=self.conference_id,
            source=self.source.value,
            status=RecordingStatus.IN_PROGRESS,
            path="",
            channels=channels,
            rate_hz=rate_hz,
            started_at=at,
            lead_s=self.lead_s,
            node=node,
            trim=self.trim is Trim.SILENCE,
            callback=self.callback,
            told_on=self.call_id or self.told_on,
        )
