"""What is written beside calls goes with them, with consents or with the node's logs."""

import json
from pathlib import Path

from engine.diagnosis.ladder import ladder
from engine.ids import IdKind, new_id
from engine.model.call import Call
from engine.model.consent import ConsentPolicy, ConsentRecord, Given, How
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.model.sip_message import SipMessage
from engine.model.stream import MediaStream, StreamEnding, StreamFigures, ended
from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.privacy.audit import CLI
from engine.privacy.log_folder import LogFolder
from engine.privacy.retention import DataCategory, Periods, Swept
from engine.store.anonymous import anonymise
from engine.store.consents import Consents
from engine.store.disclosures import Disclosures
from engine.store.refusals import RefusalStore
from engine.store.streams import MediaStreams
from engine.store.traces import CallTraces
from engine.store.trunk_events import TrunkEvents
from tests.unit.store.privacy.conftest import PSEUDONYMS, House
from tests.unit.store.samples import NOON
from tests.unit.store.test_disclosures import a_disclosure


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
