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
from api.http.v2010.call_resource import call_resource, names_somebody
from api.http.v2010.errors import CodedProblem
from api.http.v2010.moments import since_and_until
from api.http.v2010.pages import WantedPage, page_json, wanted_page
from engine.errors import NotFound
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
    found = await _found(services, wanted, page)
    resources = await _resources(services, [call for call in found if names_somebody(call)])
    return web.json_response(page_json(asked, page, "calls", found, resources, lambda call: call.start_time))


async def _found(services: RestServices, wanted: CallFilter, page: WantedPage) -> list[Call]:
    """The calls of a page; only one that is named by its number alone has those before it counted."""
    if page.place is not None or page.number == 0:
        return await services.stores.calls.newest(wanted, page.size, page.place)
    found, _ = await services.stores.calls.find(wanted, page.number + 1, page.size)
    return found


async def create_call(services: RestServices, asked: ApiRequest) -> web.Response:
    form = of_new_call(CREATE.required(asked.body))
    with CREATE.told(form):
        order = CREATE.request(services, replace(asked, body=form), "initiateCall")
        call, number = await calls.placed(services, order)
    return web.json_response(call_resource(call, number.id), status=HTTPStatus.CREATED)


async def fetch_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.settle(asked.path["Sid"])
    return web.json_response(await _resource(services, await told_call(services, asked)))


async def update_call(services: RestServices, asked: ApiRequest) -> web.Response:
    form = that_count(asked.body)
    with UPDATE.told(form):
        order = UPDATE.request(services, replace(asked, body=form), "changeCall", call_id=asked.path["Sid"])
        call = await calls.changed(services, order)
    return web.json_response(await _resource(services, call))


async def delete_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.settle(asked.path["Sid"])
    call = await told_call(services, asked)
    if not call.ended:
        raise CodedProblem(20009, f"The call is {call.status.value}; end it before it is deleted.")
    if not await services.stores.retention.forget_call(asked.account.id, call.id):
        raise CodedProblem(20409, "A legal hold keeps the call.")
    await asked.audited(services.stores.audit, "call.delete", call.id, account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _resource(services: RestServices, call: Call) -> Json:
    number = await services.stores.numbers.taking(call.own_number)
    return call_resource(call, number.id if number is not None and number.account_id == call.account_id else None)


async def _resources(services: RestServices, found: Sequence[Call]) -> list[Json]:
    """Calls of one account; their numbers are looked up together."""
    if not found:
        return []
    own = {call.own_number for call in found}
    ids = await services.stores.numbers.ids_taking(found[0].account_id, own)
    return [call_resource(call, ids.get(call.own_number)) for call in found]


async def told_call(services: RestServices, asked: ApiRequest, named: str = "Sid") -> Call:
    """The account's call that the path has `named`, as stored. Raises NotFound, also where it was deleted."""
    call = asked.own("call", await services.stores.calls.get(asked.path[named]), named)
    if not names_somebody(call):
        raise NotFound("call", call.id)
    return call


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListCall": list_calls,
    "CreateCall": create_call,
    "FetchCall": fetch_call,
    "UpdateCall": update_call,
    "DeleteCall": delete_call,
}
