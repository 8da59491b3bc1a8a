"""What is held stays, whatever its time."""

import json

import pytest

from engine.errors import NotFound
from engine.model.conference import ConferenceStatus
from engine.privacy.audit import CLI
from engine.privacy.retention import HoldOn
from engine.store.conferences import Conferences
from engine.store.holds import Holds
from tests.unit.store.privacy.conftest import PERIODS, House
from tests.unit.store.samples import a_conference, a_participant


@pytest.mark.parametrize("kind", HoldOn)
async def test_what_is_held_stays_until_the_hold_is_lifted(house: House, kind: HoldOn) -> None:
    call = await house.call()
    leg = await house.call(parent_id=call.id)
    other = await house.call()
    conference = a_conference(house.account.id, status=ConferenceStatus.COMPLETED)
    await Conferences(house.db).add(conference)
    await Conferences(house.db).join(a_participant(conference, call))
    held = {HoldOn.CALL: call.id, HoldOn.CONFERENCE: conference.id, HoldOn.ACCOUNT: house.account.id}[kind]
    holds = Holds(house.db, house.clock.now)
    hold = await holds.set(house.account.id, kind, held, "Case 2026/14", CLI)
    house.clock.days_later(1000)

    await house.sweeper().sweep(CLI)

    assert await house.calls.get(call.id) == call
    assert await house.calls.get(leg.id) == leg
    assert len(await house.calls.events(call.id)) == 1
    assert (house.folder / f"{call.id}.wav").exists()
    assert (await house.calls.get(other.id) == other) is (kind is HoldOn.ACCOUNT)

    await holds.lift(house.account.id, hold.id, CLI)
    await house.sweeper().sweep(CLI)
    assert await house.calls.get(call.id) != call
    assert not (house.folder / f"{call.id}.wav").exists()


async def test_nothing_of_another_account_can_be_held(house: House) -> None:
    with pytest.raises(NotFound):
        await Holds(house.db).set(house.account.id, HoldOn.CALL, "CA0", "Case", CLI)
    with pytest.raises(NotFound):
        await Holds(house.db).lift(house.account.id, "LH0", CLI)


async def test_sweeps_and_holds_are_on_the_audit_log(house: House) -> None:
    call = await house.call()
    hold = await Holds(house.db, house.clock.now).set(house.account.id, HoldOn.CALL, call.id, "Case", CLI)
    await Holds(house.db, house.clock.now).lift(house.account.id, hold.id, "key:SK1")
    house.clock.days_later(1000)
    await house.sweeper().sweep("system:node-1")

    rows = [row async for row in house.audit.rows()]
    assert [(row.actor, row.action) for row in rows[:2]] == [("cli", "hold.set"), ("key:SK1", "hold.lift")]
    sweeps = [row for row in rows[2:] if row.action == "retention.sweep"]
    told = [json.loads(row.facts) for row in sweeps]
    assert {row.actor for row in rows[2:]} == {"system:node-1"}
    assert {kind: count for facts in told for kind, count in facts.items()} == dict.fromkeys(PERIODS.days, 1)
    assert {row.object for row in sweeps} <= {house.account.id, "node"}
