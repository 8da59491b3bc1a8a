"""Deleting a call: who called and who was called goes, what a bill needs stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.call import Call, Direction, Status
from engine.model.call_options import CallOptions
from engine.privacy.retention import HoldOn
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import NOON


@pytest.fixture
async def ended(program: Program) -> Call:
    call = Call.begun(
        Direction.OUTBOUND, NUMBER, TO, CallOptions(), account_id=program.account.id, at=NOON, node="node-1"
    )
    call = replace(call, status=Status.COMPLETED, answer_time=NOON, end_time=NOON + timedelta(seconds=30))
    await program.site.call_service.calls.add(call)
    await program.site.call_service.calls.add_event(call.id, "digit", {"digit": "4"}, NOON)
    return call


async def test_a_deleted_call_is_not_told_of_any_more(program: Program, ended: Call) -> None:
    path = f"{program.place('Calls')}/{ended.id}.json"

    assert await program.ask("DELETE", path) == (204, None)

    assert (await program.ask("GET", path))[1]["code"] == 20404
    assert (await program.ask("DELETE", path))[1]["code"] == 20404
    assert (await program.get("Calls"))[1]["calls"] == []


async def test_what_a_bill_needs_of_it_stays(program: Program, ended: Call) -> None:
    await program.ask("DELETE", f"{program.place('Calls')}/{ended.id}.json")

    kept = await program.site.call_service.calls.get(ended.id)
    assert kept is not None
    assert (kept.status, kept.duration, kept.start_time) == (ended.status, 30, NOON)
    assert {kept.from_[:13], kept.to[:13]} == {"pseudonym-be-"}
    assert await program.site.call_service.calls.events(ended.id) == []
    rows = [row async for row in program.site.services.stores.audit.rows()]
    assert [row.object for row in rows if row.action == "call.delete"] == [ended.id]


async def test_a_call_that_goes_on_is_not_deleted(program: Program, ended: Call) -> None:
    await program.site.call_service.calls.save(replace(ended, status=Status.RINGING, end_time=None))

    status, error = await program.ask("DELETE", f"{program.place('Calls')}/{ended.id}.json")

    assert (status, error["code"]) == (409, 20009)
    assert "ringing" in error["message"]


async def test_what_a_legal_hold_keeps_is_not_deleted(program: Program, ended: Call) -> None:
    holds = program.site.services.stores.holds
    await holds.set(program.account.id, HoldOn.CALL, ended.id, "a court asks", "admin")

    status, error = await program.ask("DELETE", f"{program.place('Calls')}/{ended.id}.json")

    assert (status, error["code"]) == (409, 20409)
    assert (await program.get(f"Calls/{ended.id}"))[1]["to"] == TO
