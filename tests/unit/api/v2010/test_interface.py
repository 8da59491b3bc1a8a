"""The interface as a whole: each operation is served, needs a scope, and is noted as that of /v1/voice is."""

import pytest

from api.http.contract import Operation
from api.http.reads import READS
from api.http.v2010.app import OPEN_RESOURCES, RESOURCES
from api.http.v2010.contract import published
from api.http.v2010.reads import NOTED_EACH_TIME, OF_NOBODY, READ_AS
from engine.model.accounts import Scope
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
