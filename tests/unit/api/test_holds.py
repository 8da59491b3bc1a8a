"""/holds: what may not be removed; for keys with the scope privacy."""

from engine.model.accounts import Scope
from tests.unit.api.conftest import TO, Site


async def test_a_call_is_held_and_let_go(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"from": "+3225550100", "to": TO})
    account = await site.services.stores.accounts.ensure("demo")
    made, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.PRIVACY}))

    status, hold, _ = await site.request(
        "POST", "holds", json={"kind": "call", "object": call["id"], "reason": "Case 2026/14"}
    )
    assert (status, hold["object"], hold["set_by"]) == (201, call["id"], f"key:{made.id}")
    assert (await site.request("GET", "holds"))[1] == {"holds": [hold]}

    assert (await site.request("DELETE", f"holds/{hold['id']}"))[0] == 204
    assert (await site.request("GET", "holds"))[1] == {"holds": []}
    assert (await site.request("DELETE", f"holds/{hold['id']}"))[0] == 404


async def test_a_key_for_calls_holds_nothing(site: Site) -> None:
    assert (await site.request("GET", "holds"))[0] == 403


async def test_what_is_not_the_accounts_cannot_be_held(site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.PRIVACY}))

    body = {"kind": "call", "object": f"CA{'0' * 32}", "reason": "Case"}
    assert (await site.request("POST", "holds", json=body))[0] == 404
