"""/drain: whether the node takes calls, and how many are left."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices


async def get_drain(services: RestServices, asked: ApiRequest) -> web.Response:
    del asked
    return _told(services)


async def begin_drain(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.drain.begin()  # first: it is wanted most where the database fails
    await services.stores.audit.add(asked.actor, "drain.begin", "node")
    return _told(services)


async def end_drain(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.drain.end()
    await services.stores.audit.add(asked.actor, "drain.end", "node")
    return _told(services)


def _told(services: RestServices) -> web.Response:
    return web.json_response({"draining": services.drain.under_way, "live_calls": services.drain.live_calls})


RESOURCES: Final[Mapping[str, Resource]] = {
    "getDrain": get_drain,
    "beginDrain": begin_drain,
    "endDrain": end_drain,
}
