"""/balance, and /accounts/{account}/balance for keys with the scope admin."""

import pytest

from engine.model.accounts import Scope
from tests.unit.api.conftest import Site


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN, Scope.CALLS}))
    return site


TOP_UP = {"amount": "25.00", "key": "invoice-1", "note": "the first"}


async def test_a_top_up_makes_the_account_prepaid_and_is_in_its_ledger_once(admin: Site) -> None:
    status, made, _ = await admin.request("POST", "accounts/demo/balance/entries", json=TOP_UP)
    again, same, _ = await admin.request("POST", "accounts/demo/balance/entries", json=TOP_UP)

    assert (status, again, same) == (201, 201, made)
    assert made == {
        "prepaid": True, "currency": "EUR", "available": "25.0000", "reserved": "0.0000", "spent": "0.0000",
        "paid_in": "25.0000",
    }  # fmt: skip
    _, ledger, _ = await admin.request("GET", "accounts/demo/balance/entries")
    [entry] = ledger["entries"]
    assert (entry["kind"], entry["amount"], entry["key"], entry["note"]) == (
        "top-up", "25.0000", "invoice-1", "the first",
    )  # fmt: skip
    assert (await admin.request("GET", "balance"))[1] == made
    assert (await admin.request("GET", "balance/entries"))[1] == ledger


async def test_a_key_that_was_used_for_another_amount_is_refused(admin: Site) -> None:
    await admin.request("POST", "accounts/demo/balance/entries", json=TOP_UP)

    status, problem, _ = await admin.request("POST", "accounts/demo/balance/entries", json={**TOP_UP, "amount": "1"})

    assert status == 409
    assert "invoice-1" in problem["detail"]


@pytest.mark.parametrize("amount", ["much", "0.00001", "1e3", ""])
async def test_what_is_no_amount_is_refused_by_its_field(admin: Site, amount: str) -> None:
    status, problem, _ = await admin.request("POST", "accounts/demo/balance/entries", json={**TOP_UP, "amount": amount})

    assert (status, problem["errors"][0]["field"]) == (422, "amount")


async def test_more_than_is_available_cannot_be_taken_back_and_the_type_says_so(admin: Site) -> None:
    status, problem, _ = await admin.request("POST", "accounts/demo/balance/entries", json={**TOP_UP, "amount": "-1"})

    assert (status, problem["type"]) == (403, "urn:telefoon:rule:balance")


async def test_prepaid_is_switched_off_and_on_and_the_balance_stays(admin: Site) -> None:
    await admin.request("POST", "accounts/demo/balance/entries", json=TOP_UP)

    status, balance, _ = await admin.request("PUT", "accounts/demo/balance", json={"prepaid": False})

    assert (status, balance["prepaid"], balance["available"]) == (200, False, "25.0000")
    assert (await admin.request("GET", "accounts/demo/balance"))[1] == balance


async def test_an_account_that_never_paid_has_a_balance_of_nothing(site: Site) -> None:
    status, balance, _ = await site.request("GET", "balance")

    assert (status, balance["prepaid"], balance["paid_in"]) == (200, False, "0.0000")


async def test_an_account_that_is_not_there_is_told_as_such(admin: Site) -> None:
    assert (await admin.request("GET", "accounts/nobody/balance"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "accounts/demo/balance"),
        ("PUT", "accounts/demo/balance"),
        ("GET", "accounts/demo/balance/entries"),
        ("POST", "accounts/demo/balance/entries"),
    ],
)
async def test_a_key_for_calls_changes_no_balance(site: Site, method: str, path: str) -> None:
    body = {"POST": TOP_UP, "PUT": {"prepaid": False}}.get(method)

    assert (await site.request(method, path, json=body))[0] == 403
