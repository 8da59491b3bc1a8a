"""/routes"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.route_json import route_json
from api.http.services import Resource, RestServices
from engine.model.route import TrunkRoute
from engine.store.new_routes import add_route


async def list_routes(services: RestServices, _asked: ApiRequest) -> web.Response:
    names = await services.stores.accounts.names()
    return web.json_response({"routes": [route_json(each, names) for each in await services.stores.routes.all()]})


async def post_route(services: RestServices, asked: ApiRequest) -> web.Response:
    added = await add_route(services.stores, asked.body)
    await asked.audited(services.stores.audit, "route.add", added.id, fields=sorted(asked.body))
    response = await _shown(services, added)
    response.set_status(HTTPStatus.CREATED)
    response.headers["Location"] = f"{asked.http.path}/{added.id}"
    return response


async def get_route(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _shown(services, await services.stores.routes.get(asked.path["route_id"]))


async def remove_route(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.stores.routes.remove(asked.path["route_id"])
    await asked.audited(services.stores.audit, "route.remove", asked.path["route_id"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _shown(services: RestServices, route: TrunkRoute) -> web.Response:
    return web.json_response(route_json(route, await services.stores.accounts.names()))


RESOURCES: Final[Mapping[str, Resource]] = {
    "listRoutes": list_routes,
    "addRoute": post_route,
    "getRoute": get_route,
    "removeRoute": remove_route,
}
