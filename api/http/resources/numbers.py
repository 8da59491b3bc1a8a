"""/numbers: what answers calls to the account's own. The operator gives them to accounts (`telefoon numbers`)."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from api.http.cursor import next_cursor, place_of
from api.http.faults import Faults
from api.http.number_json import number_json
from api.http.requests import ApiRequest
from api.http.resources.disclosure_fields import disclosure_of
from api.http.resources.new_call import named_application, stored_fields
from api.http.services import Resource, RestServices
from engine.model.disclosure import DisclosureChoice, assertion_facts
from engine.model.numbers import Number


async def list_numbers(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    found = await services.stores.numbers.find(
        asked.account.id,
        like=query.get("number"),
        name=query.get("friendly_name"),
        page=query["page"],
        page_size=query["page_size"],
        place=place_of(query),
    )
    more = next_cursor(found, query["page_size"], lambda number: number.created_at)
    return web.json_response({"numbers": [number_json(each) for each in found], **more})


async def get_number(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(number_json(await own_number(services, asked)))


async def change_number(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(number_json(await changed(services, asked)))


async def changed(services: RestServices, asked: ApiRequest) -> Number:
    """The number as it is after the change that is asked for, which is audited. Raises NotFound, InvalidField."""
    number = await own_number(services, asked)
    await named_application(services, asked)
    fields = stored_fields(asked.body)
    if fields.get("disclosure") is not None:
        fields["disclosure"] = _disclosure(fields["disclosure"])
    number = await services.stores.numbers.change(number, fields)
    asserted = assertion_facts(number.options.disclosure) if "disclosure" in fields else {}
    await asked.audited(
        services.stores.audit, "number.change", number.id, account=asked.account.id, fields=sorted(asked.body),
        **asserted,
    )  # fmt: skip
    return number


async def own_number(services: RestServices, asked: ApiRequest) -> Number:
    """The number that the path names. Raises NotFound."""
    return asked.own("number", await services.stores.numbers.by_id(asked.path["number_id"]))


def _disclosure(given: str | Mapping[str, Any]) -> DisclosureChoice | None:
    """Raises Invalid."""
    faults = Faults()
    choice = disclosure_of(given, faults)
    faults.require_none()
    return choice


RESOURCES: Final[Mapping[str, Resource]] = {
    "listNumbers": list_numbers,
    "getNumber": get_number,
    "changeNumber": change_number,
}
