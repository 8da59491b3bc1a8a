"""The interface as a whole: each operation is served, needs a scope, and is noted as that of /v1/voice is."""

import pytest

from api.http.contract import Operation
from api.http.reads import READS
from api.http.v2010.app import OPEN_RESOURCES, RESOURCES
from api.http.v2010.contract import published
from api.http.v2010.reads import NOTED_EACH_TIME, OF_NOBODY, READ_AS
from engine.model.accounts import Scope
from engine.store.values import utc_now
from tests.unit.api.v2010.conftest import Program

OPERATIONS = list(published().operations.values())


def test_what_is_published_is_served_and_nothing_else() -> None:
    assert RESOURCES.keys() | OPEN_RESOURCES.keys() == published().operations.keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_needs_a_scope_or_is_open(operation: Operation) -> None:
    assert operation.is_open or operation.scope in set(Scope)


def test_each_read_is_noted_or_tells_of_nobody() -> None:
    reading = {each.id for each in OPERATIONS if each.method == "GET" and not each.is_open}

    assert reading == READ_AS.keys() | OF_NOBODY | NOTED_EACH_TIME
    assert set(READ_AS.values()) <= READS.keys()


async def test_the_page_of_errors_has_the_place_that_an_error_names(program: Program) -> None:
    _, error = await program.get("Nothing")

    async with program.site.client.get(f"{program.site.address}{error['more_info']}") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert f"id={error['code']}" in await response.text()


@pytest.mark.parametrize("path", ["Messages", f"Messages/SM{'0' * 32}", f"Calls/CA{'0' * 32}/Payments"])
async def test_what_the_other_cloud_has_and_telefoon_has_not_says_why(program: Program, path: str) -> None:
    for ask in (program.get(path), program.post(path, {"To": "+3225550199"})):
        status, error = await ask
        assert (status, error["code"]) == (404, 20404)
        assert error["message"].endswith(".")
        assert len(error["message"]) > len(f"There is nothing at {program.place(path)}.json. ")


async def test_an_account_is_made_by_the_operator_alone(program: Program) -> None:
    status, error = await program.ask("POST", "/2010-04-01/Accounts.json", data={"FriendlyName": "second"})

    assert (status, error["code"]) == (403, 20403)
    assert "telefoon keys create --account NAME" in error["message"]


async def test_what_is_left_of_a_prepaid_account_is_told(program: Program) -> None:
    assert (await program.get("Balance"))[1]["balance"] == "0.0000"

    await program.site.services.stores.balances.top_up(program.account.id, 250_000, "first", utc_now())

    assert (await program.get("Balance"))[1] == {
        "account_sid": program.account.id,
        "balance": "25.0000",
        "currency": "EUR",
    }
