"""Pages of an account's numbers, for the two lists of them that there are at /2010-04-01."""

from collections.abc import Callable

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.services import RestServices
from api.http.v2010.pages import page_json, wanted_page
from engine.model.numbers import Number


async def number_page(
    services: RestServices, asked: ApiRequest, name: str, resource: Callable[[Number], Json]
) -> web.Response:
    """The page that is asked for, of the numbers that the filters leave, each as `resource` makes it."""
    page, query = wanted_page(asked), asked.query
    found = await services.stores.numbers.find(
        asked.account.id,
        like=query.get("PhoneNumber"),
        name=query.get("FriendlyName"),
        page=page.number + 1,
        page_size=page.size,
        place=page.place,
    )
    resources = [resource(each) for each in found]
    return web.json_response(page_json(asked, page, name, found, resources, lambda each: each.created_at))
