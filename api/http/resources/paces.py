"""/accounts/{account}/pace"""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.json_fields import Json
from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.errors import NotFound
from engine.model.accounts import Account
from engine.routing.pacing import Pace

_NO_LIMIT: Final = "Give calls_per_s, calls_at_once, or both; without either nothing would ever wait."


async def get_pace(services: RestServices, asked: ApiRequest) -> web.Response:
    account = await _account(services, asked)
    return web.json_response(_pace_json(await services.stores.paces.of(account.id)))


async def set_pace(services: RestServices, asked: ApiRequest) -> web.Response:
    account, given = await _account(services, asked), asked.body
    if not {"calls_per_s", "calls_at_once"} & given.keys():
        raise Invalid(FieldError("calls_per_s", _NO_LIMIT))
    pace = Pace(**given)
    await services.stores.paces.set(account.id, pace)
    await services.stores.audit.add(asked.actor, "account.pace", account.id, account=account.id, **given)
    return web.json_response(_pace_json(pace))


async def remove_pace(services: RestServices, asked: ApiRequest) -> web.Response:
    account = await _account(services, asked)
    await services.stores.paces.set(account.id, None)
    await services.stores.audit.add(asked.actor, "account.pace", account.id, account=account.id, off=True)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _account(services: RestServices, asked: ApiRequest) -> Account:
    """The account of this name. Raises NotFound."""
    found = await services.stores.accounts.by_name(asked.path["account"])
    if found is None:
        raise NotFound("account", asked.path["account"])
    return found


def _pace_json(pace: Pace | None) -> Json:
    return {"paced": False} if pace is None else {"paced": True, **asdict(pace)}


RESOURCES: Final[Mapping[str, Resource]] = {"getPace": get_pace, "setPace": set_pace, "removePace": remove_pace}
