"""What the resources are handed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from api.asked import Asked
from api.deletion import Deletion
from api.desk import ConferenceDesk, FrontDesk, Health
from api.published import Published
from engine.bell import Bell
from engine.privacy.requests import PersonsRequests
from engine.recording_shelf import RecordingShelf
from engine.store import (
    Accounts,
    Audit,
    Calls,
    Conferences,
    Consents,
    Exchanges,
    Holds,
    IdempotencyKeys,
    Numbers,
    Queues,
    Recordings,
)


@dataclass(frozen=True, slots=True)
class Services:
    """The stores to read from, and the desk that takes orders."""

    accounts: Accounts
    numbers: Numbers
    calls: Calls
    conferences: Conferences
    recordings: Recordings
    shelf: RecordingShelf
    queues: Queues
    exchanges: Exchanges
    consents: Consents
    idempotency: IdempotencyKeys
    audit: Audit
    holds: Holds
    deletion: Deletion
    persons: PersonsRequests
    desk: FrontDesk
    conference_desk: ConferenceDesk
    health: Health
    published: Published
    bell: Bell = field(default_factory=Bell)
    """Rings when something was noted on a call."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: streams end then."""


Resource = Callable[[Services, Asked], Awaitable[web.StreamResponse]]
OpenResource = Callable[[Services, web.Request], Awaitable[web.StreamResponse]]
