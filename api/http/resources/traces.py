"""/calls/{call_id}/trace"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources.calls import own_call
from api.http.serializers import arrow_json
from api.http.services import Resource, RestServices
from engine.diagnosis.ladder import ladder


async def trace_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.settle(asked.path["call_id"])
    call = await own_call(services, asked)
    messages = await services.trace.messages(call.sip_call_id) if call.sip_call_id else ()
    arrows = ladder(messages) or await services.stores.traces.of(call.id)
    return web.json_response({"messages": [arrow_json(each) for each in arrows]})


RESOURCES: Final[Mapping[str, Resource]] = {"traceCall": trace_call}
