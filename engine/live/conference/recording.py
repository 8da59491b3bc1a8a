"""The recordings of a conference: the mix, and beside it each participant where the room says so."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from engine.errors import RecordingError, StoreError, WrongState
from engine.live.conference.member import Member
from engine.live.orders import ConferenceChange, RecordingAction
from engine.live.recording.active_recording import ActiveRecording
from engine.live.recording.context import RecordingContext
from engine.live.recording.service import RecordingService
from engine.live.recording.warning_tone import WarningTone
from engine.model.conference import Conference
from engine.model.conference_options import RecordedTracks
from engine.model.consent import ToRecording
from engine.model.recording import RecordingSource
from engine.model.recording_marks import PauseBehavior
from engine.ports import LegId, MixedRoom, Said, Sink, Source


class RoomRecording:
    """The recording of one conference. Whoever is heard in it has consented before; who has not is left out.

    The mix is recorded while everybody consents. Otherwise those who do are recorded one by one: what is
    played to all is then left out too.
    """

    def __init__(self, recorder: RecordingService, everybody: Callable[[], Sequence[Sink]]) -> None:
        """`everybody` is where all who are in it hear."""
        self.recorded_id: str | None = None
        """The mix's recording, also after its end."""
        self._recorder = recorder
        self._everybody = everybody
        self._mix: ActiveRecording | None = None
        self._tracks: dict[str, ActiveRecording] = {}

    async def arrange(
        self,
        conference: Conference,
        members: Sequence[Member],
        links: Sequence[LegId],
        mix: MixedRoom,
        *,
        all_consent: bool,
    ) -> None:
        """Begin where the conference is to be recorded and somebody consents; take in who has come since.

        `links` are those to nodes on which all consent.
        """
        given = [(member, member.session.consent) for member in members if member.session.consent is not None]
        if not conference.record or not given:
            return
        sources = [mix.source] if all_consent else _one_by_one(members, links)
        if self._mix is None:
            latest = max((consent for _, consent in given), key=lambda each: each.at)
            beep = WarningTone(conference.id, self._everybody, conference.options.recording_beep, in_tracks=False)
            subject = self._subject(conference, given[0][0], beep=beep)
            self._mix = await self._begin(latest, given[0][0], subject, sources)
            self.recorded_id = self._mix.id if self._mix else None
        elif self._mix.is_open:
            await self._mix.only(sources)
        if self._mix is not None and conference.options.recorded_tracks is RecordedTracks.PARTICIPANTS:
            for member, consent in given:
                await self._record_member(conference, member, consent, self._mix)

    async def leave_out(self, members: Sequence[Member], links: Sequence[LegId], *, all_consent: bool) -> None:
        """Before somebody is heard who has not consented."""
        if self._mix is not None and self._mix.is_open and not all_consent:
            await self._mix.only(_one_by_one(members, links))

    def delete_at_end(self) -> None:
        """Somebody has withdrawn consent, and nothing of the mix is to be kept."""
        if self._mix is not None:
            self._recorder.discard(self._mix)

    async def obey(self, change: ConferenceChange) -> None:
        """Stop, pause or resume, where a change of the conference says so. Raises as these."""
        match change.recording:
            case RecordingAction.STOP:
                await self.stop()
            case RecordingAction.PAUSE:
                await self.pause(change.pause_behavior)
            case RecordingAction.RESUME:
                await self.resume()

    async def pause(self, behavior: PauseBehavior | None) -> None:
        """Silence from now on, or nothing. Raises WrongState where nothing is recorded, RecordingError, StoreError."""
        self._require_recorded()
        # Together, so that all have the same gap, and one that fails keeps no other from pausing.
        await asyncio.gather(*(self._recorder.pause(each, behavior) for each in self._running()))

    async def resume(self) -> None:
        """Record again. Raises as `pause`."""
        self._require_recorded()
        await asyncio.gather(*(self._recorder.resume(each) for each in self._running()))

    async def member_changed(self, member: Member) -> None:
        """Who is not heard in the room is not heard in its own track either."""
        track = self._tracks.get(member.participant.id)
        if track is not None:
            await track.mute(muted=not member.participant.is_heard)

    async def member_left(self, member: Member) -> None:
        """Its track ends with it."""
        track = self._tracks.pop(member.participant.id, None)
        if track is not None:
            await track.stop()

    async def stop(self) -> None:
        """End all; what begins afterwards is another recording."""
        for active in tuple(self._running()):
            await active.stop()
        self._mix = None
        self._tracks.clear()

    def _require_recorded(self) -> None:
        if self._mix is None or not self._mix.is_open:
            raise WrongState("The conference is not being recorded.")

    def _running(self) -> Iterator[ActiveRecording]:
        if self._mix is not None:
            yield self._mix
        yield from self._tracks.values()

    async def _record_member(
        self, conference: Conference, member: Member, consent: ToRecording, mix: ActiveRecording
    ) -> None:
        if member.participant.id in self._tracks:
            return
        subject = self._subject(conference, member, call_id=member.session.call.id, lead_s=mix.own_s)
        track = await self._begin(consent, member, subject, [Said(member.leg)])
        if track is not None:
            self._tracks[member.participant.id] = track
            await self.member_changed(member)
            if mix.is_paused:
                await self._pause_too(track, mix)

    async def _pause_too(self, track: ActiveRecording, mix: ActiveRecording) -> None:
        try:
            await self._recorder.pause(track, mix.row.marks[-1].behavior)
        except (RecordingError, StoreError) as error:
            track.note("recording_not_paused", recording=track.id, reason=str(error))

    async def _begin(
        self, consent: ToRecording, member: Member, subject: RecordingContext, sources: Sequence[Source]
    ) -> ActiveRecording | None:
        try:
            return await self._recorder.start(consent, subject, [sources])
        except RecordingError as error:
            member.session.journal.note_event("not_recorded", reason=str(error))
            return None

    def _subject(
        self, conference: Conference, member: Member, *, call_id: str | None = None, lead_s: float = 0.0,
        beep: WarningTone | None = None,
    ) -> RecordingContext:  # fmt: skip
        return RecordingContext(
            conference.account_id,
            RecordingSource.CONFERENCE,
            member.session.note_event,
            call_id=call_id,
            conference_id=conference.id,
            callback=member.plan.recording_callback,
            told_on=member.session.call.id,
            trim=member.plan.trim,
            lead_s=lead_s,
            beep=beep,
        )


def _one_by_one(members: Sequence[Member], links: Sequence[LegId]) -> list[Source]:
    here: list[Source] = [
        Said(member.leg)
        for member in members
        if member.session.consent is not None and member.participant.is_heard and member.participant.coach is None
    ]
    return [*here, *map(Said, links)]
