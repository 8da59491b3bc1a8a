"""The media streams of a node's calls: begun and ended by flows, and from outside them, as by the REST interface."""

import asyncio
from typing import Final

from engine.aio.first_done import first_done
from engine.aio.waits import to_its_end
from engine.errors import LegGone, StreamError, WrongState
from engine.flow.program_plans import StreamOrder, StreamOutcome
from engine.live.bridging.call_streams import CallStreams
from engine.live.calls.registry import Sessions
from engine.live.consent.service import ConsentService
from engine.live.disclosure.gate import DisclosureGate
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.stream import MediaStream

_BEGINS_WITHIN_S: Final = 1.0
"""How long an answer waits for a stream to begin; where somebody is asked for consent that takes longer."""


class NodeStreams:
    """Streams by call, each of which ends with its call. Implements engine.live.calls.programs.StreamsOfCalls."""

    def __init__(self, services: CallServices, permission: ConsentService, gate: DisclosureGate) -> None:
        self._services = services
        self._permission = permission
        self._gate = gate
        self._calls: dict[Session, CallStreams] = {}

    async def start(self, session: Session, order: StreamOrder) -> None:
        await self.of(session).start(order)

    async def stop(self, session: Session, name: str) -> None:
        await self.of(session).stop(name)

    async def connect(self, session: Session, order: StreamOrder) -> StreamOutcome:
        return await self.of(session).connect(order)

    def go_on(self, session: Session) -> None:
        """The session goes on as another call, and so do its streams."""
        if (found := self._calls.get(session)) is not None:
            found.goes_on_as(session.call.id)

    def of(self, session: Session) -> CallStreams:
        """The streams of one call."""
        found = self._calls.get(session)
        if found is None:
            found = self._calls[session] = CallStreams(session, self._services, self._permission, self._gate)
            session.beside.begin(self._close_at_end(session, found))
        return found

    async def _close_at_end(self, session: Session, streams: CallStreams) -> None:
        try:
            await session.over.wait()
        finally:
            self._calls.pop(session, None)
            await to_its_end(streams.close())


class StreamControl:
    """Begins and ends streams of a node's live calls from outside their flows."""

    def __init__(self, sessions: Sessions, streams: NodeStreams) -> None:
        self._sessions = sessions
        self._streams = streams

    async def start(self, account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
        """The stream that begins, or will once everybody has consented. Raises NotFound, WrongState, StoreError."""
        session = await self._sessions.live(account_id, call_id)
        if not session.answered.is_set():
            raise WrongState(f"{call_id} is {session.call.status}; this needs an answered call.")
        streams = self._streams.of(session)
        planned = streams.planned(order)
        begun: asyncio.Future[MediaStream | str] = asyncio.get_running_loop().create_future()
        session.beside.begin(_begin(streams, order, planned.id, begun))
        if not await first_done(begun, timeout_s=_BEGINS_WITHIN_S):
            return planned
        if isinstance(found := begun.result(), str):
            raise WrongState(found)
        return found

    async def stop(self, account_id: str, call_id: str, id_or_name: str) -> MediaStream:
        """The stream after its end. Raises NotFound, WrongState, StoreError."""
        session = await self._sessions.live(account_id, call_id)
        try:
            return await self._streams.of(session).stop(id_or_name)
        except StreamError as error:
            raise WrongState(str(error)) from None


async def _begin(
    streams: CallStreams, order: StreamOrder, stream_id: str, begun: "asyncio.Future[MediaStream | str]"
) -> None:
    """Tell what has begun, or why nothing has."""
    try:
        begun.set_result((await streams.start(order, stream_id)).row)
    except (StreamError, LegGone) as error:
        begun.set_result(str(error))
