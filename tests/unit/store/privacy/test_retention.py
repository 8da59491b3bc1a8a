"""What is due, what is held, and what a sweep leaves."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.diagnosis.ladder import ladder
from engine.errors import NotFound, RecordingError
from engine.ids import IdKind, new_id
from engine.model.call import Call
from engine.model.call_options import STANDARD, CallOptions
from engine.model.conference import ConferenceStatus
from engine.model.conference_options import RoomOptions
from engine.model.consent import ConsentPolicy, ConsentRecord, Given, How
from engine.model.queue import Queue, QueueResult, Wait
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.model.sip_message import SipMessage
from engine.model.stream import MediaStream, StreamEnding, StreamFigures, ended
from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.privacy.audit import CLI
from engine.privacy.log_folder import LogFolder
from engine.privacy.pseudonym import PREFIX, is_pseudonym
from engine.privacy.retention import FOR_EVER, DataCategory, HoldOn, Periods, Swept
from engine.store.anonymous import anonymise
from engine.store.conferences import Conferences
from engine.store.consents import Consents
from engine.store.disclosures import Disclosures
from engine.store.holds import Holds
from engine.store.leases import Leases
from engine.store.queues import Queues
from engine.store.recordings import RecordingFilter
from engine.store.refusals import RefusalStore
from engine.store.streams import MediaStreams
from engine.store.traces import CallTraces
from engine.store.trunk_events import TrunkEvents
from tests.peers.waiting import within
from tests.unit.store.privacy.conftest import PERIODS, PSEUDONYMS, House
from tests.unit.store.samples import NOON, a_conference, a_participant
from tests.unit.store.test_disclosures import a_disclosure


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


async def test_consents_outlast_the_recordings_that_they_were_given_for(house: House) -> None:
    call = await house.call()
    consents = Consents(house.db, house.clock.now)
    given = ConsentRecord(
        new_id(IdKind.CONSENT),
        house.account.id,
        call.id,
        call.to,
        ConsentPolicy.ANNOUNCE,
        Given.YES,
        How.ANNOUNCED,
        NOON,
    )
    await consents.add(given)
    periods = Periods({DataCategory.CONSENTS: 1825, DataCategory.RECORDINGS: 90})
    house.clock.days_later(1824)
    await house.sweeper(periods).sweep(CLI)
    assert await consents.of_call(call.id) == [given]

    house.clock.days_later(1826)

    assert await house.sweeper(periods).sweep(CLI) == [Swept(house.account.id, DataCategory.CONSENTS, 1)]
    assert await consents.of_call(call.id) == []


async def test_disclosures_are_kept_as_long_as_consents(house: House) -> None:
    call = await house.call()
    disclosures = Disclosures(house.db, house.clock.now)
    await house.db.write(disclosures.adding(a_disclosure(house.account.id, call.id)))
    periods = Periods({DataCategory.CONSENTS: 1825, DataCategory.RECORDINGS: 90})
    house.clock.days_later(1824)
    await house.sweeper(periods).sweep(CLI)
    assert len(await disclosures.of_call(call.id)) == 1

    house.clock.days_later(1826)

    assert await house.sweeper(periods).sweep(CLI) == [Swept(house.account.id, DataCategory.CONSENTS, 1)]
    assert await disclosures.of_call(call.id) == []


async def test_the_nodes_logs_go_when_their_days_are_over_and_the_audit_log_says_so(
    house: House, tmp_path: Path
) -> None:
    logs = LogFolder(tmp_path / "logs")
    logs.path.mkdir()
    for name in ("telefoon.log", f"telefoon.log.{NOON.date()}"):
        (logs.path / name).touch()
    sweeper = house.sweeper(Periods({DataCategory.LOGS: 2}), logs=logs)

    house.clock.days_later(2)
    assert await sweeper.due() == []
    house.clock.days_later(3)
    assert await sweeper.due() == [Swept("", DataCategory.LOGS, 1)]
    assert await sweeper.sweep(CLI) == [Swept("", DataCategory.LOGS, 1)]

    assert [path.name for path in logs.path.iterdir()] == ["telefoon.log"]
    *_, told = [each async for each in house.audit.rows()]
    assert (told.action, told.object, json.loads(told.facts)) == ("retention.sweep", "node", {"logs": 1})


async def test_refusals_go_when_the_days_of_logs_are_over(house: House) -> None:
    refusals = RefusalStore(house.db, "node-1")
    await refusals.add([RefusedCalls(RefusalKind("198.51.100.7", RefusalRule.SOURCE, ""), 7, NOON, NOON)])
    sweeper = house.sweeper(Periods({DataCategory.LOGS: 2}))

    house.clock.days_later(3)

    assert await sweeper.due() == await sweeper.sweep(CLI) == [Swept("", DataCategory.LOGS, 1)]
    assert await refusals.newest(10) == []


async def test_what_has_happened_to_trunks_goes_when_the_days_of_logs_are_over(house: House) -> None:
    events = TrunkEvents(house.db)
    await events.add("node-1", [TrunkChange("carrier-a", TrunkEvent(NOON, TrunkEventKind.SILENT, "a.example"))])
    sweeper = house.sweeper(Periods({DataCategory.LOGS: 2}))
    assert await sweeper.due() == []

    house.clock.days_later(3)

    assert await sweeper.due() == await sweeper.sweep(CLI) == [Swept("", DataCategory.LOGS, 1)]
    assert await events.of_trunk("carrier-a") == ([], 0)


async def test_the_trace_of_a_failed_call_goes_with_its_events(house: House) -> None:
    call, traces = await house.call(), CallTraces(house.db)
    message = SipMessage(NOON, True, "UDP", "192.0.2.1:5060", "198.51.100.7:5060", "INVITE sip:a@b SIP/2.0\r\n\r\n")
    await traces.add({call.id: ladder([message])}, NOON)
    house.clock.days_later(61)

    await house.sweeper().sweep(CLI)

    assert await traces.of(call.id) == []


async def test_the_trace_of_a_failed_call_goes_with_the_person(house: House) -> None:
    call, traces = await house.call(), CallTraces(house.db)
    message = SipMessage(NOON, True, "UDP", "192.0.2.1:5060", "198.51.100.7:5060", "INVITE sip:a@b SIP/2.0\r\n\r\n")
    await traces.add({call.id: ladder([message])}, NOON)

    await house.db.write(lambda connection: anonymise(connection, [call.id], PSEUDONYMS))

    assert await traces.of(call.id) == []


async def test_of_two_nodes_one_sweeps_the_rows_and_each_its_own_disk(house: House) -> None:
    await house.call()
    of_a, of_b = house.sweeper(node="node-1"), house.sweeper(node="node-2")
    house.clock.days_later(366)
    await Leases(house.db).take("retention", "node-1", 3600)

    by_b = await of_b.sweep("b", 3600)
    by_a = await of_a.sweep("a", 3600)

    assert by_b == []
    assert {each.kind for each in by_a} >= {DataCategory.RECORDINGS, DataCategory.CALLS, DataCategory.EVENTS}


async def test_streams_are_kept_as_long_as_their_calls(house: House) -> None:
    call, streams = await house.call(), MediaStreams(house.db)
    over = ended(a_stream(call), StreamEnding.STOPPED, NOON, StreamFigures())
    await streams.add(over)
    sweeper = house.sweeper(Periods({DataCategory.CALLS: 365}))
    house.clock.days_later(364)
    await sweeper.sweep(CLI)
    assert await streams.of_call(call.id) == ([over], 1)

    house.clock.days_later(366)
    await sweeper.sweep(CLI)

    assert await streams.of_call(call.id) == ([], 0)


def a_stream(call: Call) -> MediaStream:
    """A stream of a call."""
    return MediaStream(
        new_id(IdKind.STREAM), call.account_id, call.id, "node-1", "wss://a.example/", "inbound_track", False, NOON
    )
