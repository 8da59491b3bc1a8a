"""The REST interface over real stores, for tests that bring desks of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from api.http.app import build_app
from api.http.bodies import BODY_S
from api.http.contract import Published
from api.http.deletion import Deletion
from api.http.door import DoorLimits, HttpDoor
from api.http.engine_ports import CallService, ConferenceService, Health
from api.http.listening import HttpFront, listening
from api.http.services import RestServices
from api.node.clock import SystemClock
from api.node.periods import periods_of
from api.node.privacy import persons_requests
from config.settings import Settings
from engine.aio.disk_threads import Disk
from engine.errors import WrongState
from engine.metrics.meters import Meters
from engine.model.sip_message import SipMessage
from engine.ports import SipTrace
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.storage import RecordingStorage
from engine.store.database import Database
from engine.store.stores import Stores
from tests.peers.ports import Ports

PEPPER = b"p" * 32
PUBLISHED = Published.load()


@dataclass(slots=True)
class KeptMessages:
    """Stands for the user agent's memory of SIP messages: `of` has them by Call-ID."""

    of: dict[str, Sequence[SipMessage]] = field(default_factory=dict)

    async def messages(self, sip_call_id: str) -> Sequence[SipMessage]:
        return self.of.get(sip_call_id, ())


async def rest_services(
    database: Database,
    folder: Path,
    *,
    call_service: CallService,
    conference_service: ConferenceService,
    health: Health,
    trace: SipTrace | None = None,
) -> RestServices:
    """What a node has behind its interface; recordings are sealed, in `folder`."""
    master = MasterKeyFile(folder / "master.key")
    await master.ensure()
    stores = Stores(database, PEPPER)
    recording_storage = RecordingStorage(
        folder / "recordings", KeyRing(master, stores.account_keys), sealed=True, disk=Disk()
    )
    settings = Settings(data_dir=folder)
    return RestServices(
        stores=stores,
        recording_storage=recording_storage,
        call_service=call_service,
        conference_service=conference_service,
        health=health,
        drain=NotingDrain(),
        published=PUBLISHED,
        trace=trace or KeptMessages(),
        deletion=Deletion(stores.retention, periods_of(settings)),
        persons=persons_requests(stores, settings, SystemClock(), recording_storage),
    )


@dataclass(slots=True)
class NotingDrain:
    """Notes whether calls are taken; `is_last` stands for a node that stops."""

    under_way: bool = False
    live_calls: int = 2
    is_last: bool = False

    async def begin(self) -> None:
        self.under_way = True

    async def end(self) -> None:
        if self.is_last:
            raise WrongState("This node was told to stop, and stops.")
        self.under_way = False


@asynccontextmanager
async def answering(services: RestServices) -> AsyncIterator[str]:
    """The address, on a free loopback port."""
    runner = web.AppRunner(build_app(services), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def behind_a_door(
    services: RestServices, limits: DoorLimits | None = None, meters: Meters | None = None, *, body_s: float = 30.0
) -> AsyncIterator[int]:
    """As a node listens; the port, on loopback."""
    app = build_app(services)
    app[BODY_S] = body_s
    door = HttpDoor(limits or DoorLimits(), meters or Meters())
    port = Ports().one()
    async with listening(app, Settings(http_port=port), HttpFront(door, None)):
        yield port
