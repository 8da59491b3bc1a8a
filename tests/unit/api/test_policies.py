"""/policies: who may call where, for keys with the scope admin."""

import pytest

from engine.model.accounts import Scope
from tests.unit.api.conftest import Site

OF_DEMO = {"level": "account", "subject": "demo", "countries": ["be", "us"], "calls_at_once": 10, "overrides": True}


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_a_policy_is_set_changed_tried_and_removed(admin: Site) -> None:
    assert (await admin.request("POST", "policies", json=OF_DEMO))[:2] == (200, OF_DEMO)
    _, changed, _ = await admin.request(
        "POST", "policies", json={"level": "account", "subject": "demo", "calls_at_once": None}
    )
    assert changed == {name: value for name, value in OF_DEMO.items() if name != "calls_at_once"}
    node, own = (await admin.request("GET", "policies"))[1]["policies"]
    assert (node["level"], own) == ("node", changed)
    assert "premium" in node["refused_types"]

    american = {"to": "+12125550123"}
    assert (await admin.request("POST", "policies/test", json=american))[1]["rule"] == "country"
    tried = (await admin.request("POST", "policies/test", json={**american, "account": "demo"}))[1]
    assert (tried["allowed"], tried["country"], tried["type"]) == (True, "us", "fixed")

    assert (await admin.request("DELETE", "policies?level=account&subject=demo"))[0] == 204
    assert len((await admin.request("GET", "policies"))[1]["policies"]) == 1
    actions = [row.action async for row in admin.services.stores.audit.rows()]
    assert [each for each in actions if each.startswith("policy.")] == ["policy.set", "policy.set", "policy.remove"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"level": "account", "subject": "nobody"}, "subject"),
        ({"level": "node", "subject": "demo"}, "subject"),
        ({"level": "number", "subject": "112"}, "subject"),
        ({"level": "key", "subject": "SK1"}, "subject"),
        ({"level": "planet"}, "level"),
        ({"level": "node", "countries": ["belgium"]}, "countries"),
        ({"level": "node", "countries": 32}, "countries"),
        ({"level": "node", "calls_at_once": -1}, "calls_at_once"),
        ({"level": "node", "calls_at_once": "many"}, "calls_at_once"),
        ({"level": "node", "euros_a_day": "much"}, "euros_a_day"),
        ({"level": "node", "overrides": "yes"}, "overrides"),
        ({"level": "node", "colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(admin: Site, body: dict[str, object], field: str) -> None:
    status, problem, _ = await admin.request("POST", "policies", json=body)

    assert (status, [each["field"] for each in problem["errors"]]) == (422, [field])


async def test_other_keys_neither_see_nor_change_policies(site: Site) -> None:
    assert (await site.request("GET", "policies"))[0] == 403
    assert (await site.request("POST", "policies", json=OF_DEMO))[0] == 403
    assert (await site.request("DELETE", "policies?level=node"))[0] == 403


async def test_whose_policy_is_to_be_removed_must_be_said(admin: Site) -> None:
    status, problem, _ = await admin.request("DELETE", "policies?subject=demo")

    assert (status, problem["detail"]) == (422, "level: is missing.")
