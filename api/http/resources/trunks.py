"""/trunks"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.trunk_json import reachability_json, trunk_json
from engine.model.trunk import changed_trunk, new_trunk
from engine.model.trunk.profiles import with_profile
from engine.model.trunk.reachability import TrunkReachability
from engine.model.trunk.registration import TrunkRegistration
from engine.routing.capacity import CallsNow
from engine.store.default_numbers import require_default_number
from engine.store.trunks import StoredTrunk


async def list_trunks(services: RestServices, _asked: ApiRequest) -> web.Response:
    rows = services.stores.trunks
    found, stand = await rows.all(), await rows.registrations()
    reachable, calls = await services.reachability(), await services.trunk_calls()
    return web.json_response({"trunks": [_told(services, each, stand, reachable, calls) for each in found]})


async def add_trunk(services: RestServices, asked: ApiRequest) -> web.Response:
    trunk = new_trunk(with_profile(asked.body))
    services.require_trunk(trunk)
    await require_default_number(services.stores.numbers, trunk)
    added = await services.stores.trunks.add(trunk)
    await asked.audited(services.stores.audit, "trunk.add", trunk.name, fields=sorted(asked.body))
    response = await _shown(services, added)
    response.set_status(HTTPStatus.CREATED)
    response.headers["Location"] = f"{asked.http.path}/{trunk.name}"
    return response


async def get_trunk(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _shown(services, await services.stores.trunks.get(asked.path["trunk"]))


async def change_trunk(services: RestServices, asked: ApiRequest) -> web.Response:
    rows, name = services.stores.trunks, asked.path["trunk"]
    before = (await rows.get(name)).trunk
    services.require_trunk(wanted := changed_trunk(before, asked.body))
    await require_default_number(services.stores.numbers, wanted, before)
    changed = await rows.change(name, asked.body)
    await asked.audited(services.stores.audit, "trunk.set", name, fields=sorted(asked.body))
    return await _shown(services, changed)


async def remove_trunk(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.stores.trunks.remove(asked.path["trunk"])
    await asked.audited(services.stores.audit, "trunk.remove", asked.path["trunk"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _shown(services: RestServices, stored: StoredTrunk) -> web.Response:
    stand, calls = await services.stores.trunks.registrations(), await services.trunk_calls()
    return web.json_response(_told(services, stored, stand, await services.reachability(), calls))


def _told(
    services: RestServices,
    stored: StoredTrunk,
    stand: Sequence[TrunkRegistration],
    reachable: Mapping[str, TrunkReachability],
    calls: Mapping[str, CallsNow],
) -> dict[str, Any]:
    name = stored.trunk.name
    now = calls.get(name, CallsNow())
    return {
        **trunk_json(stored, stand),
        "reachability": reachability_json(reachable.get(name, TrunkReachability())),
        "figures": asdict(services.trunk_figures(name)),
        "calls_now": {"out": now.outbound, "in": now.inbound},
    }


RESOURCES: Final[Mapping[str, Resource]] = {
    "listTrunks": list_trunks,
    "addTrunk": add_trunk,
    "getTrunk": get_trunk,
    "changeTrunk": change_trunk,
    "removeTrunk": remove_trunk,
}
