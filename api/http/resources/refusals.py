"""/refusals"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.serializers import refusal_json
from api.http.services import Resource, RestServices


async def list_refusals(services: RestServices, asked: ApiRequest) -> web.Response:
    newest = await services.stores.refusals.newest(asked.query["limit"])
    return web.json_response({"refusals": [refusal_json(each) for each in newest]})


RESOURCES: Final[Mapping[str, Resource]] = {"listRefusals": list_refusals}
