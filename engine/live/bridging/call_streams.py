"""The media streams of one call: those that go on beside its flow, and the one that holds it."""

import asyncio
from dataclasses import replace
from typing import Final

from engine.aio.tasks import started
from engine.aio.waits import joined, to_its_end, until
from engine.errors import DisclosureRefused, LegGone, MediaError, StreamError
from engine.flow.program_plans import StreamOrder, StreamOutcome
from engine.ids import IdKind, new_id
from engine.live.consent.service import ConsentService
from engine.live.disclosure.gate import DisclosureGate
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.live.streams.active_stream import ActiveStream, Forking
from engine.live.streams.greeting import TRACKS
from engine.model.consent import Purpose, ToStreaming
from engine.model.stream import MediaStream
from engine.ports import Heard, Said, Source, StreamTrack

MOST_TRACKS: Final = 4
"""Of one call's streams that only listen."""
NO_CONSENT: Final = "There is no consent of everybody on the call."


class CallStreams:
    """Streams one call to programs; what it began ends with the call."""

    def __init__(
        self, session: Session, services: CallServices, permission: ConsentService, gate: DisclosureGate
    ) -> None:
        self._session = session
        self._services = services
        self._permission = permission
        self._gate = gate
        self._running: list[ActiveStream] = []
        self._beginning: set[asyncio.Future[ActiveStream]] = set()

    async def start(self, order: StreamOrder, stream_id: str | None = None) -> ActiveStream:
        """Have a program hear the call until it is stopped, by this identifier where one is given.

        Raises StreamError, of which the call and the stream's callback were told; and LegGone.
        """
        return await self._start(self.planned(order, stream_id), order)

    def planned(self, order: StreamOrder, stream_id: str | None = None) -> MediaStream:
        """The row of a stream that only listens, as it is before it begins."""
        return self._row(order, stream_id or new_id(IdKind.STREAM), two_way=False)

    async def stop(self, id_or_name: str) -> MediaStream:
        """End the stream of this identifier or name that only listens; its row. Raises StreamError."""
        found = next((each for each in self._open() if each.row.is_named(id_or_name)), None)
        if found is None:
            raise StreamError(f"{self._session.call.id} has no stream {id_or_name} that goes on.")
        if found.row.two_way:
            raise StreamError(f"{id_or_name} may speak on the call: it ends with its server's close or another flow.")
        await found.stop()
        return found.row

    def goes_on_as(self, call_id: str) -> None:
        """Another call has taken the place of the one so far: its streams are that one's, and found there."""
        for active in self._open():
            self._services.streams.goes_on_as(active, call_id)

    async def close(self) -> None:
        """The call is over."""
        if self._beginning:
            await asyncio.wait(self._beginning)
        for active in self._running:
            active.stop_soon()
        for active in self._running:
            await active.stop()

    async def connect(self, order: StreamOrder) -> StreamOutcome:
        """Let a program hear the call and speak on it, until it closes the stream or the call ends.

        Raises StreamError where it may not, of which the call and the stream's callback were told; and LegGone.
        """
        row, clock = self._row(order, new_id(IdKind.STREAM), two_way=True), self._services.clock
        began = clock.monotonic()
        active, refused = await self._begun(row, order), ""
        try:
            refused = await self._session.until_over(self._talk(active))
        finally:
            self._session.disclosing.hears_no_more(active)
            await to_its_end(active.stop(refused))
        if refused:
            raise StreamError(refused)
        return StreamOutcome(active.id, round(clock.monotonic() - began), active.row.error or "")

    async def _start(self, row: MediaStream, order: StreamOrder) -> ActiveStream:
        try:
            self._require_room(row, order)
            consent = await self._consent()
        except StreamError as error:
            await self._refused(row, error)
            raise
        active = await self._begun(replace(row, consent=consent.id), order)
        await active.let_hear(consent, self._heard(order))
        return active

    async def _begun(self, row: MediaStream, order: StreamOrder) -> ActiveStream:
        """One that is connected to. Whoever is cut off meanwhile leaves it beginning: it is known and closed."""
        beginning = started(self._begin(row, order))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._beginning.discard)
        return await joined(beginning)

    async def _begin(self, row: MediaStream, order: StreamOrder) -> ActiveStream:
        begun = replace(row, call_id=self._session.call.id, started_at=self._services.clock.now())
        try:
            self._require_room(row, order)  # somebody may have begun one while consent was asked for
            active = await self._services.streams.start(begun, order, self._session.note_event)
        except StreamError as error:
            await self._refused(row, error)
            raise
        self._running.append(active)
        return active

    async def _refused(self, row: MediaStream, error: StreamError) -> None:
        await self._services.streams.refused(replace(row, error=str(error)), self._session.note_event)

    async def _talk(self, active: ActiveStream) -> str:
        """Wait for the stream's end; why the program may not take part, empty where it does."""
        async with until(active.over, self._introduced(active)) as introducing:
            if introducing.done() and (refused := introducing.result()):
                return refused
        async with until(active.over, self._pass_keys(active)):
            return ""

    async def _introduced(self, active: ActiveStream) -> str:
        """Let the far end be told of the program, and both hear each other then; why that may not be."""
        session = self._session
        try:
            disclosure = await self._gate.disclosure_of(session)
        except DisclosureRefused as refusal:
            return str(refusal)
        consent = await self._permission.consent_of(session, purpose=Purpose.STREAMING, notice=disclosure)
        if consent is None:
            return NO_CONSENT
        await active.let_hear(consent, [(Said(session.leg.id), StreamTrack.INBOUND)])
        try:
            await self._gate.open(session, active)
        except (DisclosureRefused, MediaError) as refusal:
            return str(refusal)
        return ""

    async def _pass_keys(self, active: ActiveStream) -> None:
        while True:
            if (key := await self._session.keys.next(None)) is not None:
                self._session.note_event("digit", digit=key)
                active.press(key)

    async def _consent(self) -> ToStreaming:
        peer = self._session.peer
        parties = [peer] if peer else []
        consent = await self._permission.consent_of(self._session, *parties, purpose=Purpose.STREAMING)
        if consent is None:
            if self._session.over.is_set():
                raise LegGone(f"{self._session.call.id} is over")
            raise StreamError(NO_CONSENT)
        return consent

    def _row(self, order: StreamOrder, stream_id: str, *, two_way: bool) -> MediaStream:
        call, services = self._session.call, self._services
        return MediaStream(
            id=stream_id,
            account_id=call.account_id,
            call_id=call.id,
            node=services.node,
            url=order.url,
            tracks=order.tracks.value,
            two_way=two_way,
            started_at=services.clock.now(),
            name=order.name,
            callback=order.callback,
        )

    def _require_room(self, row: MediaStream, order: StreamOrder) -> None:
        """Raises StreamError where the call has as many streams as it may, or another of this name."""
        self._services.streams.require()
        running = [active.row for active in self._open()]
        if row.name is not None and any(each.is_named(row.name) for each in running):
            raise StreamError(f"{row.call_id} has a stream {row.name} already.")
        if row.two_way:
            if any(each.two_way for each in running):
                raise StreamError(f"{row.call_id} has a stream that may speak already; a call has one.")
            return
        tracks = sum(active.tracks for active in self._open() if not active.row.two_way)
        if tracks + len(TRACKS[order.tracks]) > MOST_TRACKS:
            raise StreamError(f"{row.call_id} would have more than {MOST_TRACKS} tracks that are streamed.")

    def _open(self) -> list[ActiveStream]:
        self._running = [active for active in self._running if not active.over.is_set()]
        return [active for active in self._running if active.is_open]

    def _heard(self, order: StreamOrder) -> list[Forking]:
        leg = self._session.leg.id
        sources: dict[StreamTrack, Source] = {StreamTrack.INBOUND: Said(leg), StreamTrack.OUTBOUND: Heard(leg)}
        return [(sources[track], track) for track in TRACKS[order.tracks]]
