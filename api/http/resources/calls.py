"""/calls"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.contract import BASE_PATH
from api.http.cursor import next_cursor, place_of, words
from api.http.faults import Faults
from api.http.json_fields import Json
from api.http.moments import moment
from api.http.requests import ApiRequest
from api.http.resources.call_changes import change_of
from api.http.resources.call_options import options_of
from api.http.resources.flow_source import flow_of, manner_of, method_of
from api.http.resources.new_call import answered_by, answering_application, called_of, own_number, with_sip
from api.http.serializers import call_json, consent_json, disclosure_json, event_json
from api.http.services import Resource, RestServices
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.live.orders import CallChange, NewCall
from engine.model.call import Call, Direction, Status
from engine.model.disclosure import assertion_facts
from engine.model.numbers import Number
from engine.store.call_filter import CallFilter


async def list_calls(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    wanted = CallFilter(
        account_id=asked.account.id,
        status=Status(query["status"]) if "status" in query else None,
        direction=Direction(query["direction"]) if "direction" in query else None,
        from_=query.get("from"),
        to=query.get("to"),
        start_time_after=moment(query, "start_time_after"),
        start_time_before=moment(query, "start_time_before"),
        parent_id=query.get("parent_id"),
    )
    found, total = await services.stores.calls.find(wanted, query["page"], query["page_size"], place_of(query))
    more = next_cursor(found, query["page_size"], lambda call: call.start_time)
    return web.json_response({"calls": [call_json(call) for call in found], "total": total, **more})


async def initiate_call(services: RestServices, asked: ApiRequest) -> web.Response:
    call, _ = await placed(services, asked)
    if (choice := call.options.disclosure) is not None and choice.asserted_by is not None:
        await asked.audited(
            services.stores.audit, "call.disclosure", call.id, account=asked.account.id, **assertion_facts(choice)
        )
    location = f"{BASE_PATH}/calls/{call.id}"
    return web.json_response(await _shown(services, call), status=HTTPStatus.CREATED, headers={"Location": location})


async def placed(services: RestServices, asked: ApiRequest) -> tuple[Call, Number]:
    """The call that is asked for, as stored, and the number that it is placed from.

    Raises CallerNotOwned, Invalid, and what CallService.place raises.
    """
    async with services.stores.database.together():
        number, application = await own_number(services, asked), await answering_application(services, asked)
        order = _order(asked, number)
        call = await services.call_service.place(answered_by(order, application) if application else order)
    return call, number


async def get_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.settle(asked.path["call_id"])
    return web.json_response(await _shown(services, await own_call(services, asked)))


async def end_call(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.call_service.end(asked.account.id, asked.path["call_id"])
    await asked.audited(services.stores.audit, "call.end", asked.path["call_id"], account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def list_call_events(services: RestServices, asked: ApiRequest) -> web.Response:
    call = await own_call(services, asked)
    await services.call_service.settle(call.id)
    events = await services.stores.calls.events(
        call.id, words(asked.query.get("type")), asked.query["after"], asked.query["limit"]
    )
    return web.json_response({"events": [event_json(event) for event in events]})


async def list_call_consents(services: RestServices, asked: ApiRequest) -> web.Response:
    call = await own_call(services, asked)
    await services.call_service.settle(call.id)
    return web.json_response(
        {"consents": [consent_json(each) for each in await services.stores.consents.of_call(call.id)]}
    )


async def list_call_disclosures(services: RestServices, asked: ApiRequest) -> web.Response:
    call = await own_call(services, asked)
    await services.call_service.settle(call.id)
    found = await services.stores.disclosures.of_call(call.id)
    return web.json_response({"disclosures": [disclosure_json(each) for each in found]})


async def change_call(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(call_json(await changed(services, asked)))


async def changed(services: RestServices, asked: ApiRequest) -> Call:
    """The call as it is after the change that is asked for, which is audited. Raises NotFound, WrongState, Invalid."""
    return await ordered(services, asked, change_of(asked.body, await _manner_of_change(services, asked)))


async def ordered(services: RestServices, asked: ApiRequest, change: CallChange) -> Call:
    """The call after a change that was read of the request's body, which is audited. Raises NotFound, WrongState."""
    call = await services.call_service.change(asked.account.id, asked.path["call_id"], change)
    await asked.audited(
        services.stores.audit, "call.change", call.id, account=asked.account.id, fields=sorted(asked.body)
    )
    return call


RESOURCES: Final[Mapping[str, Resource]] = {
    "listCalls": list_calls,
    "initiateCall": initiate_call,
    "getCall": get_call,
    "endCall": end_call,
    "changeCall": change_call,
    "listCallEvents": list_call_events,
    "listCallConsents": list_call_consents,
    "listCallDisclosures": list_call_disclosures,
}


def _order(asked: ApiRequest, number: Number) -> NewCall:
    """Every fault at once, so that a client mends them in one go. Raises Invalid."""
    body, faults = asked.body, Faults()
    called = called_of(body, number, faults)
    options = with_sip(options_of(body, faults), called, body, faults)
    manner = manner_of(asked, options.over(number.options).flow_reading, number.e164)
    order = NewCall(
        account_id=asked.account.id,
        to=called.address if called else "",
        from_=number.e164,
        url=body.get("url"),
        method=method_of(body, "method", "url", faults),
        fallback_url=body.get("fallback_url"),
        fallback_method=method_of(body, "fallback_method", "fallback_url", faults),
        flow=flow_of(body, faults, manner),
        hides_caller=body.get("hide_caller", False),
        key_id=asked.key_id,
        sip_password=body.get("sip_password", ""),
        options=options,
    )
    faults.require_none()
    return order


async def _shown(services: RestServices, call: Call) -> Json:
    """The call, and where it waits for its turn to be placed its position."""
    position = await services.call_service.place_in_line(call)
    return call_json(call) if position is None else {**call_json(call), "queue_position": position}


async def _manner_of_change(services: RestServices, asked: ApiRequest) -> ReadingManner:
    read = "flow" in asked.body or "transfer" in asked.body
    call = await services.stores.calls.get(asked.path["call_id"]) if read else None
    if call is None or call.account_id != asked.account.id:
        return STRICT_MANNER  # all that is wrong is told, also where there is no such call
    return manner_of(asked, call.options.flow_reading, call.own_number)


async def own_call(services: RestServices, asked: ApiRequest) -> Call:
    return asked.own("call", await services.stores.calls.get(asked.path["call_id"]))
