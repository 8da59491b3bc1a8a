"""/Calls"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.resources import calls
from api.http.services import Resource, RestServices
from api.http.v2010.call_parameters import CREATE, UPDATE, of_new_call, that_count
from api.http.v2010.call_resource import call_resource
from api.http.v2010.moments import since_and_until
from api.http.v2010.pages import page_json, wanted_page
from engine.model.call import Call, Status
from engine.store.call_filter import CallFilter


async def list_calls(services: RestServices, asked: ApiRequest) -> web.Response:
    query, page = asked.query, wanted_page(asked)
    started, ended = since_and_until(query, "StartTime"), since_and_until(query, "EndTime")
    wanted = CallFilter(
        account_id=asked.account.id,
        status=Status(query["Status"]) if "Status" in query else None,
        from_=query.get("From"),
        to=query.get("To"),
        start_time_after=started[0],
        start_time_before=started[1],
        end_time_after=ended[0],
        end_time_before=ended[1],
        parent_id=query.get("ParentCallSid"),
    )
    found, _ = await services.stores.calls.find(wanted, page.number + 1, page.size, page.place)
    resources = await _resources(services, found)
    return web.json_response(page_json(asked, page, "calls", found, resources, lambda call: call.start_time))


async def create_call(services: RestServices, asked: ApiRequest) -> web.Response:
    form = of_new_call(CREATE.required(asked.body))
    with CREATE.told(form):
        order = CREATE.request(services, replace(asked, body=form), "initiateCall")
        call = await calls.placed(services, order)
    return web.json_response(await _resource(services, call), status=HTTPStatus.CREATED)


async def fetch_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.settle(asked.path["Sid"])
    return web.json_response(await _resource(services, await _own_call(services, asked)))


async def update_call(services: RestServices, asked: ApiRequest) -> web.Response:
    form = that_count(asked.body)
    with UPDATE.told(form):
        order = UPDATE.request(services, replace(asked, body=form), "changeCall", call_id=asked.path["Sid"])
        call = await calls.changed(services, order)
    return web.json_response(await _resource(services, call))


async def _resource(services: RestServices, call: Call) -> Json:
    (resource,) = await _resources(services, [call])
    return resource


async def _resources(services: RestServices, found: Sequence[Call]) -> list[Json]:
    """Calls of one account; their numbers are looked up together."""
    if not found:
        return []
    own = {call.own_number for call in found}
    ids = await services.stores.numbers.ids_taking(found[0].account_id, own)
    return [call_resource(call, ids.get(call.own_number)) for call in found]


async def _own_call(services: RestServices, asked: ApiRequest) -> Call:
    return asked.own("call", await services.stores.calls.get(asked.path["Sid"]), "Sid")


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListCall": list_calls,
    "CreateCall": create_call,
    "FetchCall": fetch_call,
    "UpdateCall": update_call,
}
