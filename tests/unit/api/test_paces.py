"""/accounts/{account}/pace: how fast calls of an account begin, for keys with the scope admin."""

import json

import pytest

from engine.model.accounts import Scope
from engine.routing.pacing import Pace
from tests.unit.api.conftest import Site

PATH = "accounts/demo/pace"


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_a_pace_is_set_shown_and_taken_away_and_the_audit_log_has_it(admin: Site) -> None:
    assert (await admin.request("GET", PATH))[:2] == (200, {"paced": False})

    status, made, _ = await admin.request("PUT", PATH, json={"calls_per_s": 0.5, "most_queued": 20})
    assert (status, made) == (200, {"paced": True, "calls_per_s": 0.5, "calls_at_once": None, "most_queued": 20})
    assert (await admin.request("GET", PATH))[1] == made
    account = await admin.services.stores.accounts.ensure("demo")
    assert await admin.services.stores.paces.of(account.id) == Pace(0.5, None, 20)

    assert (await admin.request("DELETE", PATH))[0] == 204
    assert (await admin.request("GET", PATH))[1] == {"paced": False}
    rows = [row async for row in admin.services.stores.audit.rows() if row.action == "account.pace"]
    assert [json.loads(row.facts).get("off", False) for row in rows] == [False, True]


async def test_a_pace_takes_the_place_of_the_one_before(admin: Site) -> None:
    await admin.request("PUT", PATH, json={"calls_per_s": 2})

    _, made, _ = await admin.request("PUT", PATH, json={"calls_at_once": 3})

    assert made == {"paced": True, "calls_per_s": None, "calls_at_once": 3, "most_queued": 1000}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "calls_per_s"),
        ({"most_queued": 5}, "calls_per_s"),
        ({"calls_per_s": 0}, "calls_per_s"),
        ({"calls_per_s": "two"}, "calls_per_s"),
        ({"calls_at_once": 0}, "calls_at_once"),
        ({"calls_at_once": 1.5}, "calls_at_once"),
        ({"calls_per_s": 1, "most_queued": 0}, "most_queued"),
        ({"calls_per_s": 1, "colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field_and_changes_nothing(
    admin: Site, body: dict[str, object], field: str
) -> None:
    status, problem, _ = await admin.request("PUT", PATH, json=body)

    assert (status, [each["field"] for each in problem["errors"]]) == (422, [field])
    assert (await admin.request("GET", PATH))[1] == {"paced": False}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_account_that_is_not_there_is_told_as_such(admin: Site, method: str) -> None:
    body = {"calls_per_s": 1} if method == "PUT" else None

    assert (await admin.request(method, "accounts/nobody/pace", json=body))[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_key_for_calls_sees_and_changes_no_pace(site: Site, method: str) -> None:
    body = {"calls_per_s": 1} if method == "PUT" else None

    assert (await site.request(method, PATH, json=body))[0] == 403
