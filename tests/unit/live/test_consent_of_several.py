"""Consent where several talk: each leg is asked, who refuses is in no recording, and who comes late is asked too."""

import pytest

from engine.live.orders import Transfer, TransferMode
from engine.model.consent import ConsentChoice, ConsentPolicy, ConsentRecord, Given, How, Withdrawal
from engine.model.recording import RecordingStatus
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import conference, enters
from tests.unit.live.dials import AGENT, OTHER, dial
from tests.unit.live.words import QUESTION, THANKS, WITHDRAWN

IN_GERMANY = "+493023125001"
RECORDED = {"record": "record-from-start", "beep": "false"}


async def agrees(far_end: FarEnd) -> None:
    """Is asked, and says yes."""
    await far_end.hears(QUESTION)
    far_end.presses("1")
    await far_end.hears(THANKS)


async def the_record(node: FakeNode, far_end: FarEnd) -> ConsentRecord:
    """The only one of somebody's consent."""
    [record] = await node.consents(far_end)
    return record


async def test_whom_a_recorded_call_dials_is_asked_and_is_not_in_it_after_a_refusal(node: FakeNode) -> None:
    recorded = "<Response><Start><Recording channels='mono'/></Start>"
    caller = await node.is_called(recorded + dial(record="record-from-answer")[10:], consent="both-parties")
    await agrees(caller)
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears(QUESTION)
    agent.presses("2")
    await caller.talks_with(agent)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.source == "start", "what the two say is not recorded"
    assert recording.seconds_of(caller) > 10
    assert recording.seconds_of(agent) == 0.0
    assert (await the_record(node, caller)).given is Given.YES
    assert (await the_record(node, agent)).given is Given.NO


async def test_to_whom_a_recorded_call_is_transferred_is_asked_first(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Start><Recording channels='mono'/></Start><Say>Hello.</Say><Pause length='60'/></Response>",
        consent="both-parties",
    )
    await agrees(caller)
    await caller.hears("Hello.")
    await node.change(caller, transfer=Transfer(OTHER, TransferMode.BLIND, 20))
    third = await node.invited(OTHER)
    third.answers()
    await third.hears(QUESTION)
    await node.passes(1)
    assert not caller.can_hear(third)
    third.presses("1")
    await caller.talks_with(third)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(third) == pytest.approx(10, abs=0.5)
    assert (await the_record(node, caller)).given is Given.YES
    assert (await the_record(node, third)).given is Given.YES


async def test_the_stricter_of_both_countries_asks_both(node: FakeNode) -> None:
    caller = await node.is_called(dial(IN_GERMANY, record="record-from-answer-dual"))
    german = await node.invited(IN_GERMANY)
    german.answers()
    await agrees(caller)
    await agrees(german)
    await caller.talks_with(german)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    records = [await the_record(node, each) for each in (caller, german)]
    assert [(each.policy, each.how, each.digit) for each in records] == [
        (ConsentPolicy.ANNOUNCE, How.DIGIT, "1"),
        (ConsentPolicy.BOTH_PARTIES, How.DIGIT, "1"),
    ]
    [recording] = await node.recordings()
    assert recording.seconds_of(caller, channel=0) == pytest.approx(10, abs=0.1)
    assert recording.seconds_of(german, channel=1) == pytest.approx(10, abs=0.1)


async def test_who_comes_late_is_asked_and_who_refuses_is_left_out_of_a_conferences_recording(node: FakeNode) -> None:
    first = await node.is_called(conference(**RECORDED), consent="press-to-consent")
    await agrees(first)
    await node.passes(5)
    second = await node.is_called(conference(**RECORDED), consent="press-to-consent")
    await second.hears(QUESTION)
    second.presses("2")
    await first.talks_with(second)
    await node.passes(10)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.status is RecordingStatus.COMPLETED
    assert recording.seconds_of(first) > 14
    assert recording.seconds_of(second) == 0.0
    assert (await the_record(node, first)).given is Given.YES
    assert (await the_record(node, second)).given is Given.NO


async def test_who_withdraws_in_a_conference_takes_its_recording_along_where_that_was_chosen(node: FakeNode) -> None:
    choice = ConsentChoice(ConsentPolicy.ANNOUNCE, withdrawal=Withdrawal.DELETE)
    first = await enters(node, consent=choice, **RECORDED)
    second = await enters(node, consent=choice, **RECORDED)
    await first.talks_with(second)
    await node.passes(10)
    second.presses("*0")
    await second.hears(WITHDRAWN)
    await first.talks_with(second)
    first.hangs_up()
    second.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.status is RecordingStatus.DELETED
    assert not recording.pcm
