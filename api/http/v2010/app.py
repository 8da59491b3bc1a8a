"""The aiohttp application of /2010-04-01: a route for each published operation."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.http.client_address import client_address
from api.http.contract import Operation
from api.http.idempotency import IdempotentRequests
from api.http.problems import Problem
from api.http.reads import READS, NotedReads
from api.http.services import OpenResource, Resource, RestServices
from api.http.v2010.absent import ABSENT, REFUSED
from api.http.v2010.contract import BASE_PATH, published
from api.http.v2010.credentials import authenticate
from api.http.v2010.errors import errors
from api.http.v2010.forms import read
from api.http.v2010.reads import READ_AS
from api.http.v2010.resources import (
    accounts,
    applications,
    balance,
    call_events,
    call_recordings,
    calls,
    conference_recordings,
    conferences,
    document,
    incoming_phone_numbers,
    notifications,
    outgoing_caller_ids,
    participants,
    queue_members,
    queues,
    recordings,
    streams,
    usage,
)

RESOURCES: Final[Mapping[str, Resource]] = {
    **accounts.RESOURCES,
    **applications.RESOURCES,
    **balance.RESOURCES,
    **call_events.RESOURCES,
    **call_recordings.RESOURCES,
    **calls.RESOURCES,
    **conference_recordings.RESOURCES,
    **conferences.RESOURCES,
    **incoming_phone_numbers.RESOURCES,
    **notifications.RESOURCES,
    **outgoing_caller_ids.RESOURCES,
    **participants.RESOURCES,
    **queue_members.RESOURCES,
    **queues.RESOURCES,
    **recordings.RESOURCES,
    **streams.RESOURCES,
    **usage.RESOURCES,
}
OPEN_RESOURCES: Final[Mapping[str, OpenResource]] = document.RESOURCES
_SUFFIX: Final = ".json"


def v2010_app(services: RestServices, once: IdempotentRequests, reads: NotedReads, most_bytes: int) -> web.Application:
    """An application to be mounted at each of the interface's prefixes."""
    app = web.Application(middlewares=[errors], client_max_size=most_bytes)
    for path in ABSENT:  # before what has an id in their place
        for below in (path, f"{path}.json", f"{path}/{{rest:.*}}"):
            app.router.add_route(hdrs.METH_ANY, f"/Accounts/{{AccountSid}}/{below}", _absent(ABSENT[path]))
    for operation in published().operations.values():
        for path in _paths(operation):
            app.router.add_route(operation.method, path, _handler(operation, services, once, reads))
    for (method, path), why in REFUSED.items():
        app.router.add_route(method, path, _refused(why))
    return app


def _paths(operation: Operation) -> Iterator[str]:
    """The published one, and the same without .json, which some programs leave out, where that is nothing else."""
    path = operation.path.removeprefix(BASE_PATH)
    yield path
    if path.endswith(_SUFFIX) and not operation.is_open and not _is_published(operation):
        yield path.removesuffix(_SUFFIX)


def _is_published(operation: Operation) -> bool:
    """Whether its path without .json is another operation, such as a recording's audio."""
    place = (operation.method, operation.path.removesuffix(_SUFFIX))
    return any((each.method, each.path) == place for each in published().operations.values())


def _handler(operation: Operation, services: RestServices, once: IdempotentRequests, reads: NotedReads) -> Handler:
    if operation.is_open:
        return _open(OPEN_RESOURCES[operation.id], services)
    resource = RESOURCES[operation.id]
    noted = READS[READ_AS[operation.id]] if operation.id in READ_AS else None

    async def handle(request: web.Request) -> web.StreamResponse:
        caller = await services.forwarded_by_node(request, operation)
        if caller is None:
            caller = await authenticate(request, services, operation)

        async def carry_out() -> web.StreamResponse:
            if (answer := await services.of_another_node(request, caller, operation)) is not None:
                return answer
            asked = await read(request, caller, operation, published())
            response = await resource(services, asked)
            if noted is not None:
                await reads.log(noted, asked)
            return response

        return await once.answer(request, caller.account, carry_out)

    return handle


def _open(resource: OpenResource, services: RestServices) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        services.limits.take_of_address(request, client_address(request))
        return await resource(services, request)

    return handle


def _absent(why: str) -> Handler:
    async def tell(request: web.Request) -> web.StreamResponse:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is nothing at {request.path}. {why}")

    return tell


def _refused(why: str) -> Handler:
    async def tell(request: web.Request) -> web.StreamResponse:
        del request
        raise Problem(HTTPStatus.FORBIDDEN, why)

    return tell
