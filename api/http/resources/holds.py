"""/holds"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.serializers import hold_json
from api.http.services import Resource, RestServices
from engine.privacy.retention import HoldOn


async def list_holds(services: RestServices, asked: ApiRequest) -> web.Response:
    found = await services.stores.holds.all(asked.account.id)
    return web.json_response({"holds": [hold_json(each) for each in found]})


async def set_hold(services: RestServices, asked: ApiRequest) -> web.Response:
    body = asked.body
    hold = await services.stores.holds.set(
        asked.account.id, HoldOn(body["kind"]), body["object"], body["reason"], asked.actor
    )
    return web.json_response(hold_json(hold), status=HTTPStatus.CREATED)


async def lift_hold(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.stores.holds.lift(asked.account.id, asked.path["hold_id"], asked.actor)
    return web.Response(status=HTTPStatus.NO_CONTENT)


RESOURCES: Final[Mapping[str, Resource]] = {"listHolds": list_holds, "setHold": set_hold, "liftHold": lift_hold}
