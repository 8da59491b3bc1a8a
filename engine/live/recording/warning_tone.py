"""The recorder's warning tone: at intervals, to all who are recorded, and in the recording itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from engine.errors import MediaError, StoreError
from engine.live.recording.active_recording import ActiveRecording
from engine.live.speaker import Speaker
from engine.model.call_options import AccountOptions
from engine.ports import Clock, Sink
from engine.store.accounts import Accounts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WarningTone:
    """Who is to hear it, each time anew, and every how many seconds: 0 is never, None as its account
    has chosen.

    `of` is the call or the conference: of several recordings of one, the first to begin sounds it, for all of them.
    With `in_tracks` it is put into the recordings, which do not hear what is played to `hearers`.
    """

    of: str
    hearers: Callable[[], Sequence[Sink]]
    every_s: int | None = None
    in_tracks: bool = True


class Beeper:
    """Plays the tone that tells of recording to those who are recorded.

    One for each node; `every_s` is the interval for accounts that have not chosen one."""

    def __init__(self, speaker: Speaker, accounts: Accounts, clock: Clock, every_s: int) -> None:
        self._speaker = speaker
        self._accounts = accounts
        self._clock = clock
        self._every_s = every_s
        self._under_way: dict[ActiveRecording, WarningTone] = {}

    async def keep(self, active: ActiveRecording, beep: WarningTone) -> None:
        """Until cancelled; it is silent while the recording pauses."""
        every_s = await self._chosen(active.row.account_id) if beep.every_s is None else beep.every_s
        if not every_s:
            return
        self._under_way[active] = beep
        try:
            due = self._clock.monotonic()
            while True:
                due = max(due + every_s, self._clock.monotonic())
                await self._clock.sleep(due - self._clock.monotonic())
                together = self._recording_now(beep.of)
                if together and together[0] is active:
                    await self._sound(active, [*beep.hearers(), *self._tracks(together)])
        finally:
            del self._under_way[active]

    async def _chosen(self, account_id: str) -> int:
        try:
            chosen = (await self._accounts.in_force(account_id, AccountOptions())).recording_beep_s
        except StoreError as error:
            log.error("store_failed", error=str(error))
            chosen = None
        return self._every_s if chosen is None else chosen

    def _recording_now(self, of: str) -> list[ActiveRecording]:
        """The first to begin comes first."""
        return [each for each, beep in self._under_way.items() if beep.of == of and not each.is_paused]

    def _tracks(self, recordings: Sequence[ActiveRecording]) -> list[Sink]:
        return [track for each in recordings if self._under_way[each].in_tracks for track in each.tracks]

    async def _sound(self, active: ActiveRecording, to: Sequence[Sink]) -> None:
        try:
            await self._speaker.recording_tone(to)
        except MediaError as error:
            active.note("beep_failed", recording=active.id, reason=str(error))
