"""/Calls/{CallSid}/Events: what the call's customer was asked, and what came of it."""

import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.fields import rfc2822
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.resources.calls import told_call
from engine.model.webhook_exchange import WebhookExchange

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


async def list_call_events(services: RestServices, asked: ApiRequest) -> web.Response:
    call, page = await told_call(services, asked, "CallSid"), wanted_page(asked)
    # Newer ones come behind the others, so a page keeps its number.
    found, _ = await services.stores.exchanges.of_call(call.id, page.number + 1, page.size)
    resources = [_resource(each) for each in found]
    return web.json_response(page_json(asked, page, "events", found, resources, lambda exchange: exchange.at))


def _resource(exchange: WebhookExchange) -> Json:
    """A request and its answer; names of parameters are in small letters here, as programs expect them."""
    return {
        "request": {
            "url": exchange.url,
            "method": exchange.method,
            "parameters": {_WORD.sub("_", name).lower(): value for name, value in exchange.form.items()},
        },
        "response": {
            "response_code": exchange.status,
            "request_duration": exchange.latency_ms,
            "content_type": None,
            "date_created": rfc2822(exchange.at),
            "response_body": exchange.answer,
        },
    }


RESOURCES: Final[Mapping[str, Resource]] = {"ListCallEvent": list_call_events}
