from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from api.http.contract import BASE_PATH
from api.http.services import RestServices
from api.node.clock import SystemClock
from engine.errors import NotFound, TelefoonError, WrongState
from engine.flow.interpreter import Start
from engine.flow.program_plans import StreamOrder
from engine.ids import IdKind, new_id
from engine.live.orders import CallChange, ConferenceChange, NewCall, NewConference, ParticipantOrder
from engine.model.call import Call, Direction
from engine.model.call_options import NumberOptions
from engine.model.conference import Conference, ConferenceStatus, Participant
from engine.model.queue import Queue
from engine.model.stream import MediaStream, StreamEnding, StreamFigures, ended
from engine.ports import RtpStats
from engine.store.calls import Calls
from engine.store.conferences import Conferences
from engine.store.database import Database
from tests.peers.databases import migrated_sqlite
from tests.unit.rest_services import KeptMessages, answering, rest_services

NUMBER = "+3225550100"
TO = "+3225550199"


def a_stream(account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
    """A stream of a call that has just begun."""
    return MediaStream(
        new_id(IdKind.STREAM), account_id, call_id, "node-1", order.url, order.tracks.value, False,
        SystemClock().now(), name=order.name, callback=order.callback,
    )  # fmt: skip


@dataclass(slots=True)
class NotingCallService:
    """Stores what is ordered, as the switchboard does, but rings nobody."""

    calls: Calls
    orders: list[NewCall] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changes: list[CallChange] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    queue_changes: list[tuple[str, str | None]] = field(default_factory=list)
    """Queues and their next names, None where they are removed."""
    still_to_store: list[Call] = field(default_factory=list)
    """Live calls as they are now, of which the rows know nothing yet."""
    stream_orders: list[StreamOrder] = field(default_factory=list)
    stopped_streams: list[str] = field(default_factory=list)
    keeps_recordings: bool = False
    failure: TelefoonError | None = None

    async def place(self, order: NewCall) -> Call:
        if self.failure is not None:
            raise self.failure
        self.orders.append(order)
        call = Call.begun(
            Direction.OUTBOUND,
            order.from_,
            order.to,
            order.options,
            account_id=order.account_id,
            at=SystemClock().now(),
            node="node-1",
            url=order.url,
            method=order.method.value,
            fallback_url=order.fallback_url,
            fallback_method=order.fallback_method.value,
        )
        await self.calls.add(call)
        return call

    def carries(self, call_id: str) -> bool:
        return False

    async def end(self, account_id: str, call_id: str) -> None:
        call = await self.calls.get(call_id)
        if call is None or call.account_id != account_id:
            raise NotFound("call", call_id)
        self.ended.append(call_id)

    async def change(self, account_id: str, call_id: str, change: CallChange) -> Call:
        call = await self.calls.get(call_id)
        if call is None or call.account_id != account_id:
            raise NotFound("call", call_id)
        self.changes.append(change)
        return call

    async def settle(self, call_id: str) -> None:
        for call in [each for each in self.still_to_store if each.id == call_id]:
            await self.calls.save(call)

    async def start_stream(self, account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
        self.stream_orders.append(order)
        return a_stream(account_id, call_id, order)

    async def stop_stream(self, account_id: str, call_id: str, id_or_name: str) -> MediaStream:
        self.stopped_streams.append(id_or_name)
        stream = a_stream(account_id, call_id, StreamOrder("wss://program.example/"))
        return ended(stream, StreamEnding.STOPPED, SystemClock().now(), StreamFigures())

    async def take_from_queue(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Call:
        raise WrongState(f"Nobody waits in {queue_id}.")

    async def rename_queue(self, account_id: str, queue_id: str, name: str) -> Queue:
        self.queue_changes.append((queue_id, name))
        raise NotFound("queue", queue_id)

    async def remove_queue(self, account_id: str, queue_id: str) -> None:
        self.queue_changes.append((queue_id, None))
        raise NotFound("queue", queue_id)

    async def place_in_line(self, call: Call) -> int | None:
        return None

    def place_in_queue(self, call_id: str) -> tuple[int, float | None] | None:
        return None

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        if self.keeps_recordings:
            raise WrongState(f"A legal hold keeps {recording_id}.")
        self.deleted.append(recording_id)


@dataclass(slots=True)
class NotingConferenceService:
    """Stores and notes what is ordered; nobody is ever in a conference."""

    conferences: Conferences
    orders: list[NewConference] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changes: list[ConferenceChange] = field(default_factory=list)
    participant_orders: list[ParticipantOrder] = field(default_factory=list)

    async def create(self, order: NewConference) -> Conference:
        self.orders.append(order)
        conference = Conference(
            id=new_id(IdKind.CONFERENCE),
            account_id=order.account_id,
            friendly_name=order.friendly_name,
            status=ConferenceStatus.INIT,
            date_created=SystemClock().now(),
            node="node-1",
            max_participants=order.max_participants,
            record=order.record,
            options=order.options,
        )
        await self.conferences.add(conference)
        return conference

    async def end(self, account_id: str, conference_id: str) -> None:
        conference = await self.conferences.get(conference_id)
        if conference is None or conference.account_id != account_id:
            raise NotFound("conference", conference_id)
        self.ended.append(conference_id)

    async def change(self, account_id: str, conference_id: str, change: ConferenceChange) -> Conference:
        conference = await self.conferences.get(conference_id)
        if conference is None or conference.account_id != account_id:
            raise NotFound("conference", conference_id)
        self.changes.append(change)
        return conference

    async def change_participant(
        self, account_id: str, conference_id: str, who: str, order: ParticipantOrder
    ) -> Participant:
        self.participant_orders.append(order)
        raise NotFound("participant", who)

    async def lines(self, account_id: str, conference_id: str) -> Mapping[str, RtpStats]:
        return {}

    async def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        raise NotFound("participant", who)


@dataclass(slots=True)
class Well:
    """Health that is as it is set."""

    ready: bool = True

    async def readiness(self) -> Mapping[str, object]:
        checks = {"database": {"ok": self.ready, "detail": "answers"}}
        return {"ready": self.ready, "checks": checks, "trunks": {"carrier": {"ok": True, "detail": "200 OK"}}}


@dataclass(slots=True)
class Site:
    """A running interface, and everything behind it."""

    services: RestServices
    call_service: NotingCallService
    conference_service: NotingConferenceService
    health: Well
    trace: KeptMessages
    client: aiohttp.ClientSession
    address: str
    key: str

    async def request(self, method: str, path: str, **more: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
        """Status, JSON body (None where there is none) and the response; `path` below the base."""
        url = f"{self.address}{path}" if path.startswith("/") else f"{self.address}{BASE_PATH}/{path}"
        headers = {"X-API-Key": self.key, **more.pop("headers", {})}
        async with self.client.request(method, url, headers=headers, **more) as response:
            body = await response.json(content_type=None) if response.content_type.endswith("json") else None
            await response.read()
            return response.status, body, response


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    calls, conferences = NotingCallService(Calls(database)), NotingConferenceService(Conferences(database))
    health, trace = Well(), KeptMessages()
    services = await rest_services(
        database, tmp_path, call_service=calls, conference_service=conferences, health=health, trace=trace
    )
    account = await services.stores.accounts.ensure("demo")
    _, key = await services.stores.accounts.create_key(account.id)
    await services.stores.numbers.add(account.id, NUMBER, NumberOptions(language="nl-BE"))
    async with answering(services) as address, aiohttp.ClientSession() as client:
        yield Site(services, calls, conferences, health, trace, client, address, key)
    await database.close()
