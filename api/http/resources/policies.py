"""/policies"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.policy_json import policy_json, trial_json
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.model.call_policy import PolicyLevel, PolicyPlace
from engine.store.policy_places import default_and_own, place_of, trial

_PLACE: Final = frozenset({"level", "subject"})


async def list_policies(services: RestServices, _asked: ApiRequest) -> web.Response:
    names = await services.stores.accounts.names()
    found = await default_and_own(services.stores)
    return web.json_response({"policies": [policy_json(each, names) for each in found]})


async def set_policy(services: RestServices, asked: ApiRequest) -> web.Response:
    body = asked.body
    place = await place_of(services.stores, body["level"], body.get("subject", ""))
    fields = {name: value for name, value in body.items() if name not in _PLACE}
    changed = await services.stores.policies.set(place, fields)
    await services.stores.audit.add(asked.actor, "policy.set", f"{place.level}:{place.subject}", fields=sorted(fields))
    return web.json_response(policy_json(changed, await services.stores.accounts.names()))


async def remove_policy(services: RestServices, asked: ApiRequest) -> web.Response:
    place = await place_of(services.stores, asked.query["level"], asked.query.get("subject", ""))
    await services.stores.policies.remove(place)
    await services.stores.audit.add(asked.actor, "policy.remove", f"{place.level}:{place.subject}")
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def test_policies(services: RestServices, asked: ApiRequest) -> web.Response:
    body = asked.body
    given = [(level, body[level.value]) for level in PolicyLevel if level.value in body]
    places = [await place_of(services.stores, level, subject) for level, subject in given]
    tried = await trial(services.stores, body["to"], (PolicyPlace(PolicyLevel.NODE), *places), datetime.now(UTC))
    return web.json_response(trial_json(tried))


RESOURCES: Final[Mapping[str, Resource]] = {
    "listPolicies": list_policies,
    "setPolicy": set_policy,
    "removePolicy": remove_policy,
    "testPolicies": test_policies,
}
