from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from api.app import build_app
from api.clock import SystemClock
from api.deletion import Deletion
from api.privacy import periods_of, persons_requests
from api.published import BASE_PATH, Published
from api.services import Services
from config.settings import Settings
from engine.call import Call, Direction, Status
from engine.conference import Conference, ConferenceStatus, Participant
from engine.disk import Disk
from engine.errors import NotFound, WrongState
from engine.flow.interpreter import Start
from engine.ids import Kind, new_id
from engine.key_ring import KeyRing
from engine.orders import CallChange, ConferenceChange, NewCall, NewConference, ParticipantOrder
from engine.ports import LineFigures
from engine.privacy.pseudonym import Pseudonyms
from engine.recording_shelf import RecordingShelf
from engine.sealing.masters import MasterKeyFile
from engine.store import (
    AccountKeys,
    Accounts,
    Audit,
    Calls,
    Conferences,
    Consents,
    Database,
    Exchanges,
    Holds,
    IdempotencyKeys,
    Numbers,
    Queues,
    Recordings,
)
from engine.store.retention import Retention

NUMBER = "+3225550100"
TO = "+3225550199"


@dataclass(slots=True)
class NotingDesk:
    """Stores what is ordered, as the switchboard does, but rings nobody."""

    calls: Calls
    orders: list[NewCall] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changes: list[CallChange] = field(default_factory=list)

    async def place(self, order: NewCall) -> Call:
        self.orders.append(order)
        call = Call(
            id=new_id(Kind.CALL),
            account_id=order.account_id,
            direction=Direction.OUTBOUND,
            from_=order.from_,
            to=order.to,
            status=Status.QUEUED,
            start_time=SystemClock().now(),
            node="node-1",
            timeout_s=order.timeout_s,
            record=order.record,
            language=order.language,
        )
        await self.calls.add(call)
        return call

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

    async def take_from_queue(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Call:
        raise WrongState(f"Nobody waits in {queue_id}.")

    def place_in_queue(self, call_id: str) -> tuple[int, float | None] | None:
        return None

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        raise NotFound("recording", recording_id)


@dataclass(slots=True)
class NotingConferenceDesk:
    """Stores and notes what is ordered; nobody is ever in a conference."""

    conferences: Conferences
    orders: list[NewConference] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changes: list[ConferenceChange] = field(default_factory=list)
    participant_orders: list[ParticipantOrder] = field(default_factory=list)

    async def create(self, order: NewConference) -> Conference:
        self.orders.append(order)
        conference = Conference(
            id=new_id(Kind.CONFERENCE),
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

    async def lines(self, account_id: str, conference_id: str) -> Mapping[str, LineFigures]:
        return {}

    async def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        raise NotFound("participant", who)


@dataclass(slots=True)
class Well:
    """Health that is as it is set."""

    ready: bool = True

    async def readiness(self) -> Mapping[str, object]:
        return {"ready": self.ready, "checks": {"database": {"ok": self.ready, "detail": "answers"}}}


@dataclass(slots=True)
class Site:
    """A running interface, and everything behind it."""

    services: Services
    desk: NotingDesk
    conference_desk: NotingConferenceDesk
    health: Well
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
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'telefoon.db'}")
    accounts, numbers = Accounts(database, b"pepper"), Numbers(database)
    account = await accounts.ensure("demo")
    _, key = await accounts.create_key(account.id)
    await numbers.add(account.id, NUMBER, language="nl-BE")
    master = MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    keys = KeyRing(master, AccountKeys(database))
    shelf = RecordingShelf(tmp_path / "recordings", keys, sealed=True, disk=Disk())
    desk, health = NotingDesk(Calls(database)), Well()
    conference_desk = NotingConferenceDesk(Conferences(database))
    services = Services(
        accounts=accounts,
        numbers=numbers,
        calls=desk.calls,
        conferences=conference_desk.conferences,
        recordings=Recordings(database),
        shelf=shelf,
        queues=Queues(database),
        exchanges=Exchanges(database),
        consents=Consents(database),
        desk=desk,
        conference_desk=conference_desk,
        health=health,
        published=Published.load(),
        idempotency=IdempotencyKeys(database),
        audit=Audit(database),
        holds=Holds(database),
        deletion=Deletion(Retention(database, Pseudonyms(b"pepper")), periods_of(Settings(data_dir=tmp_path))),
        persons=persons_requests(database, Settings(data_dir=tmp_path), b"pepper", SystemClock(), shelf),
    )
    runner = web.AppRunner(build_app(services))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as client:
        yield Site(services, desk, conference_desk, health, client, address, key)
    await runner.cleanup()
    await database.close()
