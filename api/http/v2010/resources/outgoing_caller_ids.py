"""/OutgoingCallerIds: the numbers that an account's calls may show, which are its own."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.number_pages import number_page
from api.http.v2010.number_resource import caller_id_resource


async def list_outgoing_caller_ids(services: RestServices, asked: ApiRequest) -> web.Response:
    return await number_page(services, asked, "outgoing_caller_ids", caller_id_resource)


async def fetch_outgoing_caller_id(services: RestServices, asked: ApiRequest) -> web.Response:
    found = asked.own("number", await services.stores.numbers.by_id(asked.path["Sid"]), "Sid")
    return web.json_response(caller_id_resource(found))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListOutgoingCallerId": list_outgoing_caller_ids,
    "FetchOutgoingCallerId": fetch_outgoing_caller_id,
}
