"""/trunks/{trunk}/events"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.cursor import next_cursor, place_of
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.trunk_json import trunk_event_json


async def list_events(services: RestServices, asked: ApiRequest) -> web.Response:
    name, query = asked.path["trunk"], asked.query
    await services.stores.trunks.get(name)
    found, total = await services.stores.trunk_events.of_trunk(name, query["page"], query["page_size"], place_of(query))
    more = next_cursor(found, query["page_size"], lambda event: event.at)
    return web.json_response({"events": [trunk_event_json(each) for each in found], "total": total, **more})


RESOURCES: Final[Mapping[str, Resource]] = {"listTrunkEvents": list_events}
