"""/Queues/{QueueSid}/Members"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import queues
from api.http.services import Resource, RestServices
from api.http.v2010.pages import page_json, part_of, wanted_page
from api.http.v2010.queue_resource import member_resource
from api.http.v2010.translation import Parameter, Translation
from engine.errors import NotFound
from engine.model.queue import Wait, order

FRONT: Final = "Front"
"""In place of a call's id: the one that is served next."""
UPDATE: Final = Translation({"Url": Parameter("url", 21205, missing=21205), "Method": Parameter("method")}, {})


async def list_members(services: RestServices, asked: ApiRequest) -> web.Response:
    page, now = wanted_page(asked), datetime.now(UTC)
    waits = await _waits(services, asked)
    places = {wait.id: place for place, wait in enumerate(waits, 1)}
    found = part_of(waits, replace(page, place=None), lambda each: each.entered_at)  # by priority, so by number alone
    resources = [member_resource(asked.account.id, each, places[each.id], now) for each in found]
    return web.json_response(page_json(asked, page, "queue_members", found, resources, lambda each: each.entered_at))


async def fetch_member(services: RestServices, asked: ApiRequest) -> web.Response:
    wait, place = await _named(services, asked)
    return web.json_response(member_resource(asked.account.id, wait, place, datetime.now(UTC)))


async def update_member(services: RestServices, asked: ApiRequest) -> web.Response:
    wait, place = await _named(services, asked)
    with UPDATE.told():
        taking = UPDATE.request(services, asked, "takeFromQueue", queue_id=wait.queue_id)
        await queues.taken(services, replace(taking, body={**taking.body, "call_id": wait.call_id}))
    return web.json_response(member_resource(asked.account.id, wait, place, datetime.now(UTC)))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListMember": list_members,
    "FetchMember": fetch_member,
    "UpdateMember": update_member,
}


async def _waits(services: RestServices, asked: ApiRequest) -> list[Wait]:
    """Who waits in the queue that the path names, as they will be served. Raises NotFound."""
    queue = asked.own("queue", await services.stores.queues.get(asked.path["QueueSid"]), "QueueSid")
    return order(await services.stores.queues.open_waits([queue.id]))


async def _named(services: RestServices, asked: ApiRequest) -> tuple[Wait, int]:
    """The one that the path names, and its place from 1. Raises NotFound."""
    who = asked.path["CallSid"]
    for place, wait in enumerate(await _waits(services, asked), 1):
        if who in (FRONT, wait.call_id):
            return wait, place
    raise NotFound("member", who)
