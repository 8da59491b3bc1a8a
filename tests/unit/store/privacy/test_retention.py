"""What is due, and what a sweep leaves."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import RecordingError
from engine.ids import IdKind, new_id
from engine.model.call_options import STANDARD, CallOptions
from engine.model.conference import ConferenceStatus
from engine.model.conference_options import RoomOptions
from engine.model.queue import Queue, QueueResult, Wait
from engine.privacy.audit import CLI
from engine.privacy.pseudonym import PREFIX, is_pseudonym
from engine.privacy.retention import FOR_EVER, DataCategory, HoldOn, Periods, Swept
from engine.store.conferences import Conferences
from engine.store.holds import Holds
from engine.store.leases import Leases
from engine.store.queues import Queues
from engine.store.recordings import RecordingFilter
from tests.peers.waiting import within
from tests.unit.store.privacy.conftest import PERIODS, House
from tests.unit.store.samples import NOON, a_conference, a_participant


@pytest.mark.parametrize(
    ("days", "due_before"), [(FOR_EVER, None), (1, NOON - timedelta(days=1)), (365, NOON - timedelta(days=365))]
)
def test_a_period_says_what_is_due(days: int, due_before: object) -> None:
    assert Periods({DataCategory.CALLS: days}).due_before(DataCategory.CALLS, NOON) == due_before


def test_a_kind_without_a_period_is_kept_and_an_account_may_differ() -> None:
    ours = Periods({DataCategory.CALLS: 10})
    assert ours.due_before(DataCategory.EVENTS, NOON) is None
    assert ours.overridden({DataCategory.EVENTS: 3}).days == {DataCategory.CALLS: 10, DataCategory.EVENTS: 3}


async def test_each_kind_goes_when_its_time_is_up(house: House) -> None:
    call = await house.call()
    sweeper = house.sweeper()
    taken: dict[float, set[DataCategory]] = {}
    for days in (29, 31, 61, 91, 366):
        house.clock.days_later(days)
        due = await sweeper.due()
        assert await sweeper.sweep(CLI) == due
        taken[days] = {each.kind for each in due}

    assert taken == {
        29: set(),
        31: {DataCategory.WEBHOOKS, DataCategory.OUTBOX},
        61: {DataCategory.EVENTS},
        91: {DataCategory.RECORDINGS},
        366: {DataCategory.CALLS},
    }
    assert not Path(house.folder / f"{call.id}.wav").exists()


async def test_a_swept_call_keeps_what_a_bill_needs_and_no_number(house: House) -> None:
    call = await house.call()
    house.clock.days_later(366)

    await house.sweeper(Periods({DataCategory.CALLS: 365})).sweep(CLI)

    swept = await house.calls.get(call.id)
    assert swept is not None
    assert (swept.start_time, swept.answer_time, swept.end_time) == (call.start_time, call.answer_time, call.end_time)
    assert (swept.duration, swept.price, swept.direction, swept.status) == (7, call.price, call.direction, call.status)
    assert swept.to.startswith(f"{PREFIX}nl-")
    assert swept.from_.startswith(f"{PREFIX}be-")
    assert (swept.url, swept.attempts, swept.flow) == (None, (), None)
    assert await house.calls.events(call.id) == []
    assert await house.exchanges.of_call(call.id) == ([], 0)
    assert await house.sweeper().sweep(CLI) == [Swept(house.account.id, DataCategory.RECORDINGS, 1)]


async def test_a_swept_call_keeps_no_option_that_tells_of_a_person(house: House) -> None:
    chosen = CallOptions(language="nl-BE", timeout_s=45, status_callback="https://customer.example/of/zoe")
    call = await house.call(options=chosen.over(STANDARD))
    house.clock.days_later(366)

    await house.sweeper(Periods({DataCategory.CALLS: 365})).sweep(CLI)

    swept = await house.calls.get(call.id)
    assert swept is not None
    assert swept.options == replace(call.options, status_callback=None)


async def test_one_ended_call_is_forgotten_before_its_time_and_no_other(house: House) -> None:
    call, other = await house.call(), await house.call()

    assert await house.retention.forget_call(house.account.id, call.id)

    forgotten = await house.calls.get(call.id)
    assert forgotten is not None
    assert (forgotten.duration, forgotten.start_time, forgotten.status) == (7, call.start_time, call.status)
    assert {is_pseudonym(forgotten.from_), is_pseudonym(forgotten.to)} == {True}
    assert await house.calls.events(call.id) == []
    assert await house.exchanges.of_call(call.id) == ([], 0)
    assert await house.calls.get(other.id) == other
    assert not await house.retention.forget_call(house.account.id, call.id)


async def test_a_call_that_is_live_held_or_anothers_is_not_forgotten(house: House) -> None:
    live, held = await house.call(live=True), await house.call()
    await Holds(house.db).set(house.account.id, HoldOn.CALL, held.id, "Case 2026/14", CLI)

    for account_id, call in ((house.account.id, live), (house.account.id, held), ("AC0", held)):
        assert not await house.retention.forget_call(account_id, call.id)
        assert await house.calls.get(call.id) == call


async def test_a_live_call_is_never_due(house: House) -> None:
    call = await house.call(live=True)
    house.clock.days_later(1000)

    await house.sweeper(Periods({DataCategory.CALLS: 1, DataCategory.EVENTS: 1})).sweep(CLI)

    assert await house.calls.get(call.id) == call
    assert len(await house.calls.events(call.id)) == 1


async def test_a_dry_run_takes_nothing(house: House) -> None:
    call = await house.call()
    house.clock.days_later(1000)

    due = await house.sweeper().due()

    assert {each.kind: each.count for each in due} == dict.fromkeys(PERIODS.days, 1)
    assert await house.calls.get(call.id) == call


async def test_an_accounts_own_period_wins_until_it_is_taken_back(house: House) -> None:
    await house.call()
    house.clock.days_later(40)
    await house.retention.set_period(house.account.id, DataCategory.WEBHOOKS, FOR_EVER)
    await house.retention.set_period(house.account.id, DataCategory.EVENTS, 5)

    assert {each.kind for each in await house.sweeper().due()} == {DataCategory.OUTBOX, DataCategory.EVENTS}

    await house.retention.set_period(house.account.id, DataCategory.WEBHOOKS, None)
    assert DataCategory.WEBHOOKS in {each.kind for each in await house.sweeper().due()}


async def test_a_conference_that_has_ended_loses_its_name_with_the_calls(house: House) -> None:
    rooms = Conferences(house.db)
    ended = a_conference(
        house.account.id, friendly_name="Zoë Peeters", status=ConferenceStatus.COMPLETED, ended_at=NOON,
        options=RoomOptions(enter_sound="https://customer.example/zoe.mp3"), pin=b"hash", moderator_pin=b"hash",
    )  # fmt: skip
    open_ = a_conference(house.account.id, friendly_name="Zoë Peeters")
    for each in (ended, open_):
        await rooms.add(each)
    sweeper = house.sweeper(Periods({DataCategory.CALLS: 365}))
    house.clock.days_later(364)
    assert await sweeper.sweep(CLI) == []
    house.clock.days_later(366)

    assert await sweeper.sweep(CLI) == [Swept(house.account.id, DataCategory.CALLS, 1)]

    nameless = replace(ended, friendly_name=ended.id, options=RoomOptions(), pin=None, moderator_pin=None)
    assert await rooms.get(ended.id) == nameless
    assert await rooms.get(open_.id) == open_
    assert await sweeper.sweep(CLI) == [], "the second time there is nothing"


async def test_a_conference_of_a_held_call_keeps_its_name(house: House) -> None:
    call = await house.call()
    room = a_conference(house.account.id, status=ConferenceStatus.COMPLETED, ended_at=NOON)
    await Conferences(house.db).add(room)
    await Conferences(house.db).join(a_participant(room, call))
    await Holds(house.db, house.clock.now).set(house.account.id, HoldOn.CALL, call.id, "Case", CLI)
    house.clock.days_later(1000)

    await house.sweeper().sweep(CLI)

    assert await Conferences(house.db).get(room.id) == replace(room, participant_count=1)


async def test_waits_go_with_the_calls_and_the_name_of_a_queue_once_nobody_waits_there(house: House) -> None:
    queues, call = Queues(house.db), await house.call()
    queue = await queues.made(Queue(new_id(IdKind.QUEUE), house.account.id, "for Zoë Peeters", NOON))
    left = Wait(new_id(IdKind.QUEUE_WAIT), queue.id, call.id, 0, NOON)
    waits = replace(left, id=new_id(IdKind.QUEUE_WAIT))
    for each in (left, waits):
        await queues.entered(each)
    await queues.left(left, NOON, QueueResult.HANGUP)
    sweeper = house.sweeper(Periods({DataCategory.CALLS: 365}))
    house.clock.days_later(366)

    await sweeper.sweep(CLI)

    assert (await queues.figures(queue.id, NOON)).hung_up == 0
    assert await queues.open_waits([queue.id]) == [waits], "who waits stays"
    assert await queues.get(queue.id) == queue

    await queues.left(waits, NOON, QueueResult.HANGUP)
    assert await sweeper.sweep(CLI) == [Swept(house.account.id, DataCategory.CALLS, 2)]
    assert await queues.get(queue.id) == replace(queue, friendly_name=queue.id)
    again = await queues.made(Queue(new_id(IdKind.QUEUE), house.account.id, "for Zoë Peeters", NOON))
    assert again.id != queue.id


async def test_more_than_a_batch_goes_in_one_sweep(house: House) -> None:
    call = await house.call()
    for _ in range(250):
        await house.calls.add_event(call.id, "noise", {}, NOON)
    house.clock.days_later(61)

    taken = await house.sweeper(Periods({DataCategory.EVENTS: 60})).sweep(CLI)

    assert [each.count for each in taken] == [100, 100, 51]


async def test_a_recording_whose_file_cannot_be_deleted_stays_for_the_next_sweep(house: House) -> None:
    call = await house.call()
    house.clock.days_later(91)

    async def refuse(_: object) -> None:
        raise RecordingError("Permission denied")

    assert await house.sweeper(Periods({DataCategory.RECORDINGS: 90}), refuse).sweep(CLI) == []
    assert (await house.recordings.find(RecordingFilter(house.account.id, call.id)))[1] == 1


async def test_the_audit_log_is_cut_when_its_time_is_up(house: House) -> None:
    await house.audit.add(CLI, "key.create", "SK1")
    house.clock.days_later(400)

    assert Swept("", DataCategory.AUDIT, 1) in await house.sweeper(Periods({DataCategory.AUDIT: 365})).sweep(CLI)
    assert await house.audit.verify() == []


async def test_a_node_sweeps_again_and_again(house: House) -> None:
    await house.call()
    house.clock.days_later(1000)

    sweeping = asyncio.create_task(house.sweeper().run("system:node-1", first_s=60, every_s=3600))
    async with within(20):
        while "nothing" not in [row.object async for row in house.audit.rows()]:
            await asyncio.sleep(0.01)
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)

    rows = [row async for row in house.audit.rows() if row.action == "retention.sweep"]
    assert {row.actor for row in rows} == {"system:node-1"}
    assert house.account.id in [row.object for row in rows]
    assert rows[-1].object == "nothing"


async def test_of_two_nodes_one_sweeps_the_rows_and_each_its_own_disk(house: House) -> None:
    await house.call()
    of_a, of_b = house.sweeper(node="node-1"), house.sweeper(node="node-2")
    house.clock.days_later(366)
    await Leases(house.db).take("retention", "node-1", 3600)

    by_b = await of_b.sweep("b", 3600)
    by_a = await of_a.sweep("a", 3600)

    assert by_b == []
    assert {each.kind for each in by_a} >= {DataCategory.RECORDINGS, DataCategory.CALLS, DataCategory.EVENTS}
