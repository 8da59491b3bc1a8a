"""/calls/{call_id}/webhooks"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources.calls import own_call
from api.http.serializers import exchange_json
from api.http.services import Resource, RestServices


async def list_call_webhooks(services: RestServices, asked: ApiRequest) -> web.Response:
    call = await own_call(services, asked)
    found, total = await services.stores.exchanges.of_call(call.id, asked.query["page"], asked.query["page_size"])
    return web.json_response({"webhooks": [exchange_json(each) for each in found], "total": total})


RESOURCES: Final[Mapping[str, Resource]] = {"listCallWebhooks": list_call_webhooks}
