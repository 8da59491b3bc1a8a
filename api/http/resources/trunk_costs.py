"""/trunks/{trunk}/costs"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.model.rating import CURRENCY
from engine.model.trunk.costs import Costs, read_costs


async def get_costs(services: RestServices, asked: ApiRequest) -> web.Response:
    return _shown(await services.stores.trunk_costs.of(asked.path["trunk"]))


async def set_costs(services: RestServices, asked: ApiRequest) -> web.Response:
    sheet, name = read_costs(asked.body["csv"]), asked.path["trunk"]
    if sheet.faults:
        raise Invalid(*(FieldError(f"csv, {fault.place}", fault.detail) for fault in sheet.faults))
    await services.stores.trunk_costs.set(name, sheet.costs)
    await asked.audited(services.stores.audit, "trunk.costs", name, costs=len(sheet.costs))
    return _shown(await services.stores.trunk_costs.of(name))


def _shown(costs: Costs) -> web.Response:
    rows = [{"prefix": prefix, "per_minute": str(cost)} for prefix, cost in costs.items()]
    return web.json_response({"currency": CURRENCY, "costs": rows})


RESOURCES: Final[Mapping[str, Resource]] = {"getTrunkCosts": get_costs, "setTrunkCosts": set_costs}
