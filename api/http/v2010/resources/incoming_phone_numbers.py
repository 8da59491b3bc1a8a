"""/IncomingPhoneNumbers: the account's numbers, which the operator has given it."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import numbers
from api.http.services import Resource, RestServices
from api.http.v2010.number_pages import number_page
from api.http.v2010.number_parameters import told_of_the_end
from api.http.v2010.number_resource import number_resource
from api.http.v2010.translation import Parameter, Translation, or_none

UPDATE: Final = Translation(
    {
        "FriendlyName": Parameter("friendly_name", read=or_none),
        "VoiceApplicationSid": Parameter("application_id", 21218, read=or_none),
        "VoiceUrl": Parameter("url", 21502, read=or_none),
        "VoiceMethod": Parameter("method"),
        "VoiceFallbackUrl": Parameter("fallback_url", 21502, read=or_none),
        "VoiceFallbackMethod": Parameter("fallback_method"),
        "StatusCallback": Parameter("status_callback", 21502, read=or_none),
        "StatusCallbackMethod": Parameter("status_callback_method"),
    },
    {},
)


async def list_incoming_phone_numbers(services: RestServices, asked: ApiRequest) -> web.Response:
    return await number_page(services, asked, "incoming_phone_numbers", number_resource)


async def fetch_incoming_phone_number(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(number_resource(await numbers.own_number(services, _named(asked))))


async def update_incoming_phone_number(services: RestServices, asked: ApiRequest) -> web.Response:
    with UPDATE.told():
        order = told_of_the_end(UPDATE.request(services, _named(asked), "changeNumber"))
        changed = await numbers.changed(services, order)
    return web.json_response(number_resource(changed))


def _named(asked: ApiRequest) -> ApiRequest:
    return asked.naming(number_id=asked.path["Sid"])


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListIncomingPhoneNumber": list_incoming_phone_numbers,
    "FetchIncomingPhoneNumber": fetch_incoming_phone_number,
    "UpdateIncomingPhoneNumber": update_incoming_phone_number,
}
