"""The interface as a whole: each operation is served, needs a scope, and is noted as that of /v1/voice is."""

from dataclasses import replace

import aiohttp
import pytest

from api.http.contract import Operation
from api.http.reads import READS
from api.http.v2010.app import OPEN_RESOURCES, RESOURCES
from api.http.v2010.contract import published
from api.http.v2010.reads import NOTED_EACH_TIME, OF_NOBODY, READ_AS
from engine.model.accounts import Scope
from engine.store.values import utc_now
from tests.unit.api.v2010.conftest import Program
from tests.unit.rest_services import answering

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


LISTS = [
    (f"Calls/CA{'0' * 32}/Recordings", "RecordingStatusCallbackEvent"),
    ("Conferences/desk/Participants", "StatusCallbackEvent"),
    ("Conferences/desk/Participants", "ConferenceStatusCallbackEvent"),
]


@pytest.mark.parametrize(("path", "name"), LISTS)
async def test_a_wrong_word_of_a_list_is_told_by_the_lists_name_and_its_place(
    program: Program, path: str, name: str
) -> None:
    status, error = await program.post(path, [(name, "completed"), (name, "finished"), ("RecordingTrack", "both")])

    assert (status, error["code"]) == (400, 20001)
    assert f'{name}.1: "finished" is not one of' in error["message"]


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


@pytest.mark.parametrize("path", ["/v1/Services", "/v2/Services", "/2008-08-01/Accounts", "/v1/Flows/FW1"])
async def test_paths_of_other_services_of_that_cloud_are_20404(program: Program, path: str) -> None:
    for method in ("GET", "POST"):
        status, error = await program.ask(method, path)
        assert (status, error["code"], error["status"]) == (404, 20404, 404)
        assert path in error["message"]


async def test_a_node_that_does_not_serve_it_has_nothing_there(program: Program) -> None:
    services = replace(program.site.services, serves_2010=False)
    async with answering(services) as address, aiohttp.ClientSession() as client:
        for path in (program.place("Calls.json"), "/2010-04-01/openapi.json", f"/api/laml{program.place('Calls')}"):
            async with client.get(f"{address}{path}") as response:
                assert response.status == 404
        async with client.get(f"{address}/v1/voice/calls", headers={"X-API-Key": program.site.key}) as response:
            assert response.status == 200
