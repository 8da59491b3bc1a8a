"""/bans"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.ban_json import ban_json, new_ban, read_source
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices


async def list_bans(services: RestServices, _asked: ApiRequest) -> web.Response:
    found = await services.stores.bans.in_force(datetime.now(UTC))
    return web.json_response({"bans": [ban_json(each) for each in found]})


async def add_ban(services: RestServices, asked: ApiRequest) -> web.Response:
    ban = new_ban(asked.body, datetime.now(UTC))
    await services.stores.bans.put([ban])
    await services.stores.audit.add(asked.actor, "ban.add", str(ban.source))
    location = f"{asked.http.path}/{ban.source.network_address}"
    return web.json_response(ban_json(ban), status=HTTPStatus.CREATED, headers={"Location": location})


async def lift_ban(services: RestServices, asked: ApiRequest) -> web.Response:
    source = read_source(asked.path["source"])
    await services.stores.bans.lift(source)
    await services.stores.audit.add(asked.actor, "ban.lift", str(source))
    return web.Response(status=HTTPStatus.NO_CONTENT)


RESOURCES: Final[Mapping[str, Resource]] = {"listBans": list_bans, "addBan": add_ban, "liftBan": lift_ban}
