"""The aiohttp application: one route for each published operation."""

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.http import requests as asked
from api.http.authentication import authenticate
from api.http.client_address import client_address
from api.http.connection import noting_begin
from api.http.contract import Operation
from api.http.idempotency import IdempotentRequests
from api.http.problems import problems
from api.http.reads import READS, NotedReads
from api.http.request_limits import add_rate_limit_headers
from api.http.resources import (
    applications,
    balances,
    bans,
    calls,
    conferences,
    disclosure_terms,
    drain,
    events,
    holds,
    keys,
    node,
    numbers,
    paces,
    participants,
    policies,
    privacy,
    queues,
    recordings,
    refusals,
    routes,
    streams,
    traces,
    trunk_costs,
    trunk_events,
    trunks,
    webhooks,
)
from api.http.response_headers import add_careful_headers
from api.http.services import OpenResource, Resource, RestServices
from api.http.v2010.app import v2010_app
from api.http.v2010.contract import PREFIXES
from engine.recordings.files.encoding import Format

MAX_BODY_BYTES: Final = 1024 * 1024

RESOURCES: Final[Mapping[str, Resource]] = {
    **applications.RESOURCES,
    **balances.RESOURCES,
    **bans.RESOURCES,
    **calls.RESOURCES,
    **conferences.RESOURCES,
    **events.RESOURCES,
    **holds.RESOURCES,
    **keys.RESOURCES,
    **numbers.RESOURCES,
    **paces.RESOURCES,
    **disclosure_terms.RESOURCES,
    **participants.RESOURCES,
    **policies.RESOURCES,
    **privacy.RESOURCES,
    **queues.RESOURCES,
    **recordings.RESOURCES,
    **streams.RESOURCES,
    **refusals.RESOURCES,
    **drain.RESOURCES,
    **routes.RESOURCES,
    **traces.RESOURCES,
    **trunk_costs.RESOURCES,
    **trunk_events.RESOURCES,
    **trunks.RESOURCES,
    **webhooks.RESOURCES,
}
_ASKED_FOR_EACH_CALL: Final = "initiateCall"
OPEN_RESOURCES: Final[Mapping[str, OpenResource]] = node.RESOURCES


def build_app(services: RestServices) -> web.Application:
    """An application that serves exactly what is published."""
    app = web.Application(middlewares=[noting_begin, problems], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(add_rate_limit_headers)
    app.on_response_prepare.append(add_careful_headers)
    once, reads = IdempotentRequests(services.stores.idempotency), NotedReads(services.stores.audit)
    app.on_shutdown.append(lambda _: _stop(services))
    for operation in services.published.operations.values():
        handler = _handler(operation, services, once, reads)
        for path in _paths(operation):
            app.router.add_route(operation.method, path, handler)
            if operation.method == hdrs.METH_GET:
                # RFC 9110 §9.1: whoever serves GET serves HEAD.
                app.router.add_route(hdrs.METH_HEAD, path, handler)
    if services.serves_2010:
        for prefix in PREFIXES:
            app.add_subapp(prefix, v2010_app(services, once, reads, MAX_BODY_BYTES))
    return app


def _paths(operation: Operation) -> tuple[str, ...]:
    """The published one; a recording's sound also by the name of a file, which many who fetch it add."""
    if operation.id != "downloadRecording":
        return (operation.path,)
    return (operation.path, *(f"{operation.path}.{suffix}" for suffix in Format))


async def _stop(services: RestServices) -> None:
    services.stopping.set()
    services.bell.ring()


def _handler(operation: Operation, services: RestServices, once: IdempotentRequests, reads: NotedReads) -> Handler:
    if operation.is_open:
        return _open_handler(operation, services)
    resource, read = RESOURCES[operation.id], READS.get(operation.id)

    async def answer(request: web.Request) -> web.StreamResponse:
        caller = await services.forwarded_by_node(request, operation)
        if caller is None:
            caller = await authenticate(request, services.stores.accounts, operation, services.limits)

        async def carry_out() -> web.StreamResponse:
            if (theirs := await services.of_another_node(request, caller, operation)) is not None:
                return theirs
            wanted = await asked.read(request, caller, operation, services.published)
            if read is not None and read.first:
                await reads.log(read, wanted)
            response = await resource(services, wanted)
            if read is not None and not read.first:
                await reads.log(read, wanted)
            return response

        if operation.id in keys.TELL_SECRETS:
            return await carry_out()
        return await once.answer(request, caller.account, carry_out)

    return _together(answer, services) if operation.id == _ASKED_FOR_EACH_CALL else answer


def _together(answer: Handler, services: RestServices) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if not request.content.is_eof():
            return await answer(request)
        async with services.stores.database.together():  # its client keeps no connection to the database waiting
            return await answer(request)

    return handle


def _open_handler(operation: Operation, services: RestServices) -> Handler:
    resource = OPEN_RESOURCES[operation.id]

    async def handle(request: web.Request) -> web.StreamResponse:
        services.limits.take_of_address(request, client_address(request))
        return await resource(services, request)

    return handle
