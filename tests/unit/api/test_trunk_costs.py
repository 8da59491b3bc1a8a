"""/trunks/{trunk}/costs: what carriers ask for a minute, for keys with the scope admin."""

import pytest

from engine.model.accounts import Scope
from engine.model.trunk import new_trunk
from tests.unit.api.conftest import Site

COSTS = "trunks/carrier-a/costs"


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    await site.services.stores.trunks.add(new_trunk({"name": "carrier-a", "hosts": ["a.example"]}))
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_costs_are_set_and_looked_up(admin: Site) -> None:
    assert (await admin.request("GET", COSTS))[1] == {"currency": "EUR", "costs": []}

    status, told, _ = await admin.request("PUT", COSTS, json={"csv": "prefix,per_minute\n32,0.0125\n"})

    assert (status, told["costs"]) == (200, [{"prefix": "+32", "per_minute": "0.0125"}])
    assert (await admin.request("GET", COSTS))[1] == told
    assert "trunk.costs" in [row.action async for row in admin.services.stores.audit.rows()]


async def test_a_wrong_line_is_named_with_its_column_and_nothing_is_set(admin: Site) -> None:
    status, problem, _ = await admin.request("PUT", COSTS, json={"csv": "prefix,per_minute\n32,1\nBelgium,cheap\n"})

    assert (status, [each["field"] for each in problem["errors"]]) == (
        422, ["csv, line 3, prefix", "csv, line 3, per_minute"],
    )  # fmt: skip
    assert (await admin.request("GET", COSTS))[1]["costs"] == []


async def test_a_trunk_that_is_not_there_has_no_costs(admin: Site) -> None:
    assert (await admin.request("GET", "trunks/nobody/costs"))[0] == 404
    assert (await admin.request("PUT", "trunks/nobody/costs", json={"csv": "prefix,per_minute\n"}))[0] == 404
