"""/routes: which calls go to which trunk, for keys with the scope admin."""

from typing import Any

import pytest

from engine.model.accounts import Scope
from engine.model.trunk import new_trunk
from tests.unit.api.conftest import Site

BELGIUM = {"prefix": "+32", "trunk": "carrier-a", "account": "demo", "from_prefix": "+3225550", "priority": 2,
           "times": "mon-fri 09:00-17:00 Europe/Brussels", "weight": 3, "cost": "0.0125"}  # fmt: skip


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    await site.services.stores.trunks.add(new_trunk({"name": "carrier-a", "hosts": ["a.example"]}))
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_a_route_is_added_looked_up_and_removed(admin: Site) -> None:
    status, added, answer = await admin.request("POST", "routes", json=BELGIUM)

    assert (status, answer.headers["Location"]) == (201, f"/v1/voice/routes/{added['id']}")
    assert added == {"id": added["id"], **BELGIUM}
    assert (await admin.request("GET", "routes"))[1] == {"routes": [added]}
    assert (await admin.request("GET", f"routes/{added['id']}"))[1] == added

    assert (await admin.request("DELETE", f"routes/{added['id']}"))[0] == 204
    assert (await admin.request("GET", f"routes/{added['id']}"))[0] == 404
    actions = [row.action async for row in admin.services.stores.audit.rows()]
    assert [each for each in actions if each.startswith("route.")] == ["route.add", "route.remove"]


async def test_a_route_needs_no_more_than_a_trunk(admin: Site) -> None:
    _, added, _ = await admin.request("POST", "routes", json={"trunk": "carrier-a", "times": None, "cost": None})

    assert added == {
        "id": added["id"], "trunk": "carrier-a", "prefix": "", "account": None, "from_prefix": "", "times": None,
        "priority": 0, "weight": 1, "cost": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("prefix", "Belgium"),
        ("trunk", "nobody"),
        ("account", "nobody"),
        ("from_prefix", "+"),
        ("times", "in the evening"),
        ("priority", -1),
        ("weight", "much"),
        ("cost", "cheap"),
        ("colour", "red"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_added(admin: Site, field: str, wrong: Any) -> None:
    status, problem, _ = await admin.request("POST", "routes", json={"trunk": "carrier-a", field: wrong})

    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await admin.request("GET", "routes"))[1] == {"routes": []}


async def test_a_trunk_that_a_route_leads_to_is_not_removed(admin: Site) -> None:
    _, route, _ = await admin.request("POST", "routes", json={"trunk": "carrier-a"})

    status, problem, _ = await admin.request("DELETE", "trunks/carrier-a")

    assert status == 409
    assert route["id"] in problem["detail"]


async def test_a_key_without_the_scope_sees_no_routes(site: Site) -> None:
    assert (await site.request("GET", "routes"))[0] == 403


async def test_what_is_neither_of_two_kinds_is_named(admin: Site) -> None:
    status, problem, _ = await admin.request("POST", "routes", json={"trunk": "carrier-a", "cost": {}})

    assert (status, problem["detail"]) == (422, "cost: {} is not a text or null.")
