"""/OutgoingCallerIds: the numbers that an account's calls may show, which are its own."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.number_resource import caller_id_resource
from api.http.v2010.pages import page_json, wanted_page


async def list_outgoing_caller_ids(services: RestServices, asked: ApiRequest) -> web.Response:
    page, query = wanted_page(asked), asked.query
    found = await services.stores.numbers.find(
        asked.account.id,
        like=query.get("PhoneNumber"),
        name=query.get("FriendlyName"),
        page=page.number + 1,
        page_size=page.size,
        place=page.place,
    )
    resources = [caller_id_resource(each) for each in found]
    return web.json_response(
        page_json(asked, page, "outgoing_caller_ids", found, resources, lambda each: each.created_at)
    )


async def fetch_outgoing_caller_id(services: RestServices, asked: ApiRequest) -> web.Response:
    found = asked.own("number", await services.stores.numbers.by_id(asked.path["Sid"]), "Sid")
    return web.json_response(caller_id_resource(found))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListOutgoingCallerId": list_outgoing_caller_ids,
    "FetchOutgoingCallerId": fetch_outgoing_caller_id,
}
