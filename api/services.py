"""What the resources are handed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from api.asked import Asked
from api.desk import FrontDesk, Health
from api.published import Published
from engine.store import Accounts, Calls, Conferences, Exchanges, Numbers, Queues, Recordings


@dataclass(frozen=True, slots=True)
class Services:
    """The stores to read from, and the desk that takes orders."""

    accounts: Accounts
    numbers: Numbers
    calls: Calls
    conferences: Conferences
    recordings: Recordings
    queues: Queues
    exchanges: Exchanges
    desk: FrontDesk
    health: Health
    published: Published


Resource = Callable[[Services, Asked], Awaitable[web.StreamResponse]]
OpenResource = Callable[[Services, web.Request], Awaitable[web.StreamResponse]]
