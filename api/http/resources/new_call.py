"""The fields of every request for a call: whom to call, with what by SIP, and from which number."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from api.http.faults import Faults
from api.http.requests import ApiRequest
from api.http.services import RestServices
from engine.errors import CallerNotOwned, InvalidField
from engine.flow.called import Called, read_called
from engine.flow.next_step import HttpMethod
from engine.live.orders import NewCall
from engine.model.applications import Application
from engine.model.call_options import CallOptions
from engine.model.numbers import Number, country_around, read_number
from engine.model.sip_headers import require_within_limits

Body = Mapping[str, Any]

_APPLICATION: Final = "application_id"
_IN_ITS_PLACE: Final = ("url", "flow", "fallback_url")
_OF_SIP: Final = ("sip_username", "sip_password")


def called_of(body: Body, number: Number, faults: Faults) -> Called | None:
    """Whom `to` means; a number is read with the country of the number that the call is placed from."""
    return faults.read("to", partial(read_called, country=country_around(number.e164)), body["to"], None)


def with_sip(options: CallOptions, called: Called | None, body: Body, faults: Faults) -> CallOptions:
    """The options of a call, with the headers that its address has."""
    if called is None:
        return options
    for name in _OF_SIP:
        if name in body and not called.is_sip:
            faults.add(name, "goes with a SIP address alone.")
    if "sip_password" in body and "sip_username" not in body:
        faults.add("sip_password", "goes with sip_username.")
    if options.sip_headers and not (called.is_sip or called.is_client):
        faults.add("sip_headers", "go with a SIP address or a client alone.")
    headers = (*called.headers, *(options.sip_headers or ()))
    faults.read("sip_headers", require_within_limits, headers, None)
    return replace(options, sip_headers=headers or None)


async def own_number(services: RestServices, asked: ApiRequest) -> Number:
    """The account's number of `from`, which has its country's code. Raises CallerNotOwned, Invalid."""
    faults = Faults()
    given = faults.read("from", partial(read_number, country=""), asked.body["from"], "")
    faults.require_none()
    number = await services.stores.numbers.taking(given)
    if number is None or number.account_id != asked.account.id:
        raise CallerNotOwned(given)
    return number


async def answering_application(services: RestServices, asked: ApiRequest) -> Application | None:
    """The application that is to answer the call, None without one. Raises InvalidField, also for URLs beside it."""
    application = await named_application(services, asked)
    for field in _IN_ITS_PLACE if application else ():
        if field in asked.body:
            raise InvalidField(field, f"'{field}' is the application's; leave it out, or leave out {_APPLICATION}.")
    return application


async def named_application(services: RestServices, asked: ApiRequest) -> Application | None:
    """The account's application of `application_id`, None without one. Raises InvalidField."""
    application_id = asked.body.get(_APPLICATION)
    if application_id is None:
        return None
    found = await services.stores.applications.get(application_id)
    if found is None or found.account_id != asked.account.id:
        raise InvalidField(_APPLICATION, f"There is no application {application_id} in this account.")
    return found


def answered_by(order: NewCall, application: Application) -> NewCall:
    """The order of a call that an application answers; it is told of it where the order tells nobody itself."""
    told = CallOptions(
        status_callback=application.status_callback,
        status_callback_method=application.status_callback_method,
        status_callback_events=application.status_callback_events,
    )
    return replace(
        order,
        url=application.url,
        method=HttpMethod(application.method),
        fallback_url=application.fallback_url,
        fallback_method=HttpMethod(application.fallback_method),
        options=order.options if order.options.status_callback else order.options.over(told),
    )


def stored_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a number or an application that a body gives, as they are stored."""
    events = "status_callback_events"
    return {**body, events: tuple(body[events])} if events in body else dict(body)
