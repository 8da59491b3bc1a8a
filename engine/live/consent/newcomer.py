"""Another person on a line that is recorded: in no recording before consent, as who comes late into a conference."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.live.consent.service import ConsentService
from engine.live.recording.service import RecordingService
from engine.live.session.session import Session
from engine.live.streams.service import StreamService
from engine.model.consent import Purpose
from engine.ports import Heard, Said, Source


@dataclass(slots=True)
class NewcomerConsent:
    """The consent of who takes the place of somebody else on a line."""

    permission: ConsentService
    recorder: RecordingService
    streams: StreamService
    _asks: bool = field(default=False, init=False)
    _asks_for_streams: bool = field(default=False, init=False)
    _unstreamed: Sequence[Source] = field(default=(), init=False)

    async def keep_out(self, session: Session) -> None:
        """Before the other is heard: withhold the line, and what its peer hears, from all that listens."""
        sources: list[Source] = [Said(session.leg.id), Heard(session.leg.id)]
        if session.peer is not None:
            sources.append(Heard(session.peer.leg.id))
        self._asks = session.has_answered_consent or self.recorder.holds(*sources)
        self._asks_for_streams = self.streams.holds(*sources)
        await self.recorder.withhold(*sources)
        await self.streams.withhold(*sources)
        self._unstreamed = sources
        withheld_before = session.consenting.begin_anew()
        session.consenting.withhold(*sources)
        await self.recorder.release(*withheld_before)
        await session.consenting.tell_newcomer()

    async def settle(self, session: Session) -> None:
        """When the other is on the line: ask where something is recorded, or was to be; let in who consents."""
        parties = [session] if session.peer is None else [session, session.peer]
        await self._settle_streams(parties)
        consent = None
        if self._asks:
            consent = await self.permission.consent_of(*parties)
        if consent is not None or not self._asks:
            await self.recorder.release(*session.consenting.release())
        await session.consenting.tell_newcomer()

    async def _settle_streams(self, parties: Sequence[Session]) -> None:
        """Programs that listen hear who consents; where none does there is nothing to withhold."""
        if self._asks_for_streams and await self.permission.consent_of(*parties, purpose=Purpose.STREAMING) is None:
            return
        await self.streams.release(*self._unstreamed)
