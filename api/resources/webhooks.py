"""/calls/{call_id}/webhooks"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.asked import Asked
from api.resources.calls import own_call
from api.serializers import exchange_json
from api.services import Resource, Services


async def list_call_webhooks(services: Services, asked: Asked) -> web.Response:
    call = await own_call(services, asked)
    found, total = await services.exchanges.of_call(call.id, asked.query["page"], asked.query["page_size"])
    return web.json_response({"webhooks": [exchange_json(each) for each in found], "total": total})


RESOURCES: Final[Mapping[str, Resource]] = {"listCallWebhooks": list_call_webhooks}
