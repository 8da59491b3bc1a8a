"""The REST interface over real stores, for tests that bring desks of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from api.app import build_app
from api.clock import SystemClock
from api.deletion import Deletion
from api.desk import ConferenceDesk, FrontDesk, Health
from api.periods import periods_of
from api.privacy import persons_requests
from api.published import Published
from api.services import Services
from config.settings import Settings
from engine.disk import Disk
from engine.key_ring import KeyRing
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

PEPPER = b"p" * 32
PUBLISHED = Published.load()


async def rest_services(
    database: Database, folder: Path, *, desk: FrontDesk, conference_desk: ConferenceDesk, health: Health
) -> Services:
    """What a node has behind its interface; recordings are sealed, in `folder`."""
    master = MasterKeyFile(folder / "master.key")
    await master.ensure()
    shelf = RecordingShelf(folder / "recordings", KeyRing(master, AccountKeys(database)), sealed=True, disk=Disk())
    settings = Settings(data_dir=folder)
    return Services(
        accounts=Accounts(database, PEPPER),
        numbers=Numbers(database),
        calls=Calls(database),
        conferences=Conferences(database),
        recordings=Recordings(database),
        shelf=shelf,
        queues=Queues(database),
        exchanges=Exchanges(database),
        consents=Consents(database),
        desk=desk,
        conference_desk=conference_desk,
        health=health,
        published=PUBLISHED,
        idempotency=IdempotencyKeys(database),
        audit=Audit(database),
        holds=Holds(database),
        deletion=Deletion(Retention(database, Pseudonyms(PEPPER)), periods_of(settings)),
        persons=persons_requests(database, settings, PEPPER, SystemClock(), shelf),
    )


@asynccontextmanager
async def answering(services: Services) -> AsyncIterator[str]:
    """The address, on a free loopback port."""
    runner = web.AppRunner(build_app(services), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
