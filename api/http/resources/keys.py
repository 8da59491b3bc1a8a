"""/keys"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_network
from typing import Any, Final

from aiohttp import web

from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.serializers import key_json
from api.http.services import Resource, RestServices
from engine.errors import NotFound
from engine.model.accounts import CALLS_ONLY, ApiKey, Network, Scope
from engine.store.values import utc_now

TELL_SECRETS: Final = frozenset({"createKey", "rotateKey"})
"""Operations whose answers are not kept for a request that comes again."""
_A_DAY_S: Final = 86400


async def list_keys(services: RestServices, asked: ApiRequest) -> web.Response:
    accounts, name = services.stores.accounts, asked.query.get("account")
    owner = await accounts.by_name(name) if name is not None else None
    if name is not None and owner is None:
        raise NotFound("account", name)
    names = await accounts.names()
    found = await accounts.keys(owner.id if owner else None)
    return web.json_response({"keys": [key_json(each, names.get(each.account_id, "")) for each in found]})


async def create_key(services: RestServices, asked: ApiRequest) -> web.Response:
    body = asked.body
    networks = _networks(body.get("networks", ()))
    owner = await services.stores.accounts.ensure(body["account"])
    made, secret = await services.stores.accounts.create_key(
        owner.id,
        frozenset(map(Scope, body.get("scopes", CALLS_ONLY))),
        expires_at=utc_now() + timedelta(seconds=body["expires_in_s"]) if "expires_in_s" in body else None,
        networks=networks,
    )
    await asked.audited(services.stores.audit, "key.create", made.id, account=owner.id, scopes=sorted(made.scopes))
    return _told(made, owner.name, secret)


async def rotate_key(services: RestServices, asked: ApiRequest) -> web.Response:
    key_id, overlap = asked.path["key_id"], timedelta(seconds=asked.body.get("overlap_s", _A_DAY_S))
    rotated = await services.stores.accounts.rotate_key(key_id, overlap)
    if rotated is None:
        raise NotFound("key", key_id)
    made, secret = rotated
    await asked.audited(services.stores.audit, "key.rotate", key_id, account=made.account_id, new=made.id)
    return _told(made, (await services.stores.accounts.names()).get(made.account_id, ""), secret)


async def revoke_key(services: RestServices, asked: ApiRequest) -> web.Response:
    if not await services.stores.accounts.revoke(asked.path["key_id"]):
        raise NotFound("key", asked.path["key_id"])
    await asked.audited(services.stores.audit, "key.revoke", asked.path["key_id"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


RESOURCES: Final[Mapping[str, Resource]] = {
    "listKeys": list_keys,
    "createKey": create_key,
    "rotateKey": rotate_key,
    "revokeKey": revoke_key,
}


def _networks(given: Any) -> tuple[Network, ...]:
    try:
        return tuple(map(ip_network, given))
    except ValueError as error:
        raise Invalid(FieldError("networks", f"{error}; write networks such as 203.0.113.0/24.")) from None


def _told(made: ApiKey, account: str, secret: str) -> web.Response:
    return web.json_response(
        {**key_json(made, account), "key": secret}, status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"}
    )
