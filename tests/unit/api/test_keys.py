"""/keys: made, listed, rotated and revoked by who has the scope admin; and what their scopes allow."""

import pytest

from api.http.resources.keys import TELL_SECRETS
from engine.ids import IdKind, new_id
from engine.model.accounts import Scope
from tests.unit.api.conftest import Site
from tests.unit.rest_services import PUBLISHED


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("operator")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def status_with(site: Site, key: str, method: str, path: str) -> int:
    return (await site.request(method, path, headers={"X-API-Key": key}))[0]


async def test_a_made_key_is_told_once_and_does_what_it_is_for(admin: Site) -> None:
    status, made, response = await admin.request(
        "POST", "keys", json={"account": "demo", "scopes": ["calls:read"], "expires_in_s": 3600}
    )

    assert (status, made["account"], made["scopes"]) == (201, "demo", ["calls:read"])
    assert response.headers["Cache-Control"] == "no-store"
    assert await status_with(admin, made["key"], "GET", "calls") == 200
    assert await status_with(admin, made["key"], "POST", "calls") == 403
    _, listed, _ = await admin.request("GET", "keys", params={"account": "demo"})
    assert made["key"] not in str(listed)
    assert listed["keys"][-1]["id"] == made["id"]
    assert listed["keys"][-1]["expires_at"] == made["expires_at"]
    assert listed["keys"][-1]["last_used_from"] == "127.0.0.0/24"


async def test_a_repeated_request_for_a_key_is_not_answered_from_what_is_stored(admin: Site) -> None:
    made = [
        (await admin.request("POST", "keys", json={"account": "demo"}, headers={"Idempotency-Key": "again"}))[1]["key"]
        for _ in range(2)
    ]

    assert made[0] != made[1]


async def test_a_key_is_rotated_and_revoked(admin: Site) -> None:
    _, old, _ = await admin.request("POST", "keys", json={"account": "demo"})

    status, new, _ = await admin.request("POST", f"keys/{old['id']}/rotation", json={"overlap_s": 0})

    assert (status, new["account"], new["scopes"]) == (201, "demo", ["calls"])
    assert await status_with(admin, old["key"], "GET", "calls") == 401
    assert await status_with(admin, new["key"], "GET", "calls") == 200
    assert (await admin.request("DELETE", f"keys/{new['id']}"))[0] == 204
    assert await status_with(admin, new["key"], "GET", "calls") == 401
    assert (await admin.request("DELETE", f"keys/{new['id']}"))[0] == 404
    assert (await admin.request("POST", f"keys/{new_id(IdKind.KEY)}/rotation"))[0] == 404


async def test_what_is_done_to_keys_is_on_the_audit_log_without_them(admin: Site) -> None:
    _, old, _ = await admin.request("POST", "keys", json={"account": "demo"})
    _, new, _ = await admin.request("POST", f"keys/{old['id']}/rotation")
    await admin.request("DELETE", f"keys/{old['id']}")

    rows = [row async for row in admin.services.stores.audit.rows()]
    assert [(row.action, row.object) for row in rows] == [
        ("key.create", old["id"]),
        ("key.rotate", old["id"]),
        ("key.revoke", old["id"]),
    ]
    assert all('"from":"127.0.0.0/24"' in row.facts for row in rows)
    assert not any(secret in row.facts for row in rows for secret in (old["key"], new["key"]))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"networks": ["203.0.113.7/24"]}, "networks"),
        ({"networks": ["everywhere"]}, "networks"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": []}, "scopes"),
        ({"expires_in_s": 5}, "expires_in_s"),
        ({"account": " "}, "account"),
        ({"expires": "never"}, "expires"),
    ],
)
async def test_what_is_wrong_with_a_new_key_is_named(admin: Site, wrong: dict[str, object], field: str) -> None:
    status, problem, _ = await admin.request("POST", "keys", json={"account": "demo", **wrong})

    assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_a_key_for_another_network_is_refused_and_says_why(admin: Site) -> None:
    _, made, _ = await admin.request("POST", "keys", json={"account": "demo", "networks": ["203.0.113.0/24"]})

    status, problem, _ = await admin.request("GET", "calls", headers={"X-API-Key": made["key"]})

    assert status == 403
    assert made["hint"] in problem["detail"]


@pytest.mark.promise
def test_every_operation_that_needs_a_key_says_what_for_and_that_it_may_be_refused() -> None:
    for operation in PUBLISHED.operations.values():
        if operation.is_open:
            continue
        path = operation.path.removeprefix("/v1/voice")
        published = PUBLISHED.document["paths"][path][operation.method.lower()]
        assert published["x-scope"] in set(Scope), operation.id
        assert {"401", "403", "429"} <= published["responses"].keys(), operation.id


@pytest.mark.promise
def test_operations_that_tell_a_key_are_known() -> None:
    """Their answers must not be stored for a request that comes again."""
    told = {
        operation.id
        for operation in PUBLISHED.operations.values()
        if not operation.is_open
        and "MadeApiKey"
        in str(PUBLISHED.document["paths"][operation.path.removeprefix("/v1/voice")][operation.method.lower()])
    }
    assert told == TELL_SECRETS
