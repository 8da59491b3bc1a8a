"""The stores, services and tables that every REST resource is handed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from api.http.contract import Operation, Published
from api.http.deletion import Deletion
from api.http.engine_ports import CallService, ConferenceService, DrainService, Health
from api.http.forwarding import Forwarding
from api.http.request_limits import RequestLimits
from api.http.requests import ApiRequest
from engine.aio.change_notifier import ChangeNotifier
from engine.gdpr.requests import PersonsRequests
from engine.model.accounts import Caller
from engine.model.trunk import Trunk
from engine.model.trunk.reachability import TrunkReachability
from engine.ports import SipTrace
from engine.recordings.storage import RecordingStorage
from engine.routing.capacity import CallsNow
from engine.routing.trunk_figures import TrunkFigures, TrunkMeter
from engine.store.stores import Stores


async def no_calls() -> Mapping[str, CallsNow]:
    """Stand for trunks that carry nothing."""
    return {}


async def _of_no_trunk() -> Mapping[str, TrunkReachability]:
    return {}


@dataclass(frozen=True, slots=True)
class RestServices:
    """The stores to read from, and the services that take orders."""

    stores: Stores
    recording_storage: RecordingStorage
    deletion: Deletion
    persons: PersonsRequests
    call_service: CallService
    conference_service: ConferenceService
    health: Health
    drain: DrainService
    published: Published
    trace: SipTrace
    require_trunk: Callable[[Trunk], None] = lambda _: None
    """Raises InvalidField for a trunk by which calls may not go."""
    trunk_figures: Callable[[str], TrunkFigures] = lambda _: TrunkMeter().figures(0)
    """How a trunk of this name has carried calls of late."""
    trunk_calls: Callable[[], Awaitable[Mapping[str, CallsNow]]] = no_calls
    """The calls at once of each trunk, by its name."""
    reachability: Callable[[], Awaitable[Mapping[str, TrunkReachability]]] = _of_no_trunk
    """Whether trunks answer, by their names."""
    limits: RequestLimits = field(default_factory=RequestLimits)
    """How much each client may ask for."""
    serves_2010: bool = True
    """Whether /2010-04-01 is served too."""
    bell: ChangeNotifier = field(default_factory=ChangeNotifier)
    """Rings when something was noted on a call."""
    forwarding: Forwarding | None = None
    """What passes requests on to other nodes, where there may be some."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: streams end then."""

    async def forwarded_by_node(self, request: web.Request, operation: Operation) -> Caller | None:
        """The client for whom another node asks; None where no node does. Raises Problem 401, StoreError."""
        if self.forwarding is None:
            return None
        return await self.forwarding.caller(request, operation, self.stores)

    async def of_another_node(
        self, request: web.Request, caller: Caller, operation: Operation
    ) -> web.StreamResponse | None:
        """The answer of the node that must give it; None where this one must. Raises Problem, StoreError."""
        if self.forwarding is None:
            return None
        return await self.forwarding.answer(request, caller, operation, self.stores, self.call_service.carries)


Resource = Callable[[RestServices, ApiRequest], Awaitable[web.StreamResponse]]
OpenResource = Callable[[RestServices, web.Request], Awaitable[web.StreamResponse]]
