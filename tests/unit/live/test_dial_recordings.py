"""Recordings of two who talk: who has to agree, what is held of each, and what one who refuses keeps out."""

import pytest

from engine.errors import RecordingError
from engine.model.consent import ConsentChoice, ConsentPolicy, Withdrawal
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, dial, talking
from tests.unit.live.words import DONE, NOTICE, QUESTION, REFUSED, THANKS

STAYS = "<Response><Start><Recording/></Start><Say>Hello.</Say>"


async def joined(node: FakeNode, flow: str) -> tuple[FarEnd, FarEnd]:
    """A caller and the agent who talk, neither having been asked for anything."""
    return await talking(node, flow, consent="none-needed")


async def test_both_are_recorded_from_when_they_are_joined(node: FakeNode) -> None:
    caller, agent = await joined(node, dial(record="record-from-answer"))
    await node.passes(10)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.row.channels == 1
    assert recording.seconds_of(caller) == pytest.approx(10, abs=0.01)
    assert recording.seconds_of(agent) == pytest.approx(10, abs=0.01)
    [params] = node.around.customer.was_asked(DONE)
    assert params["RecordingUrl"].endswith(recording.row.id)


async def test_dual_has_the_caller_on_the_left_and_the_called_on_the_right(node: FakeNode) -> None:
    caller, agent = await joined(node, dial(record="record-from-answer-dual"))
    await node.passes(10)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.seconds_of(caller, channel=0) == pytest.approx(10, abs=0.01)
    assert recording.seconds_of(agent, channel=1) == pytest.approx(10, abs=0.01)
    assert recording.seconds_of(caller, channel=1) == recording.seconds_of(agent, channel=0) == 0.0


@pytest.mark.parametrize(("track", "who"), [("inbound", "caller"), ("outbound", "agent")])
async def test_one_direction_alone_is_recorded_where_that_was_asked_for(node: FakeNode, track: str, who: str) -> None:
    caller, agent = await joined(node, dial(record="record-from-answer", recordingTrack=track))
    await node.passes(10)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert (recording.seconds_of(caller) > 0) is (who == "caller")
    assert (recording.seconds_of(agent) > 0) is (who == "agent")


@pytest.mark.parametrize("record", ["record-from-ringing", "record-from-ringing-dual"])
async def test_from_ringing_on_the_caller_is_recorded_and_then_both(node: FakeNode, record: str) -> None:
    caller = await node.is_called(dial(record=record), consent="none-needed")
    agent = await node.invited(AGENT)
    agent.rings()
    await node.passes(8)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(10)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.seconds_of(caller) == pytest.approx(18, abs=0.1)
    assert recording.seconds_of(agent) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(
    ("policy", "caller_hears", "agent_hears"),
    [
        ("announce", NOTICE, NOTICE),
        ("press-to-consent", QUESTION, NOTICE),
        ("both-parties", QUESTION, QUESTION),
        ("none-needed", None, None),
    ],
)
async def test_each_party_is_asked_what_the_policy_asks_of_it(
    node: FakeNode, policy: str, caller_hears: str | None, agent_hears: str | None
) -> None:
    caller = await node.is_called(dial(record="record-from-answer"), consent=policy)
    agent = await node.invited(AGENT)
    agent.answers()
    for party, prompt in ((caller, caller_hears), (agent, agent_hears)):
        if prompt is not None:
            await party.hears(prompt)
    for party in (caller, agent):
        party.presses("1")
    await caller.talks_with(agent)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(caller) == pytest.approx(10, abs=0.1)
    assert recording.seconds_of(agent) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_if_one_refuses_they_talk_and_neither_is_recorded(node: FakeNode, who: str) -> None:
    caller = await node.is_called(dial(record="record-from-answer"), consent="both-parties")
    agent = await node.invited(AGENT)
    agent.answers()
    parties = {"caller": caller, "agent": agent}
    for name, party in parties.items():
        await party.hears(QUESTION)
        party.presses("2" if name == who else "1")

    await caller.talks_with(agent)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    assert await node.recordings() == []


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_nobody_is_joined_or_recorded_who_hangs_up_at_the_question(node: FakeNode, who: str) -> None:
    caller = await node.is_called(dial(record="record-from-answer"), consent="both-parties")
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.hears(QUESTION)
    await agent.hears(QUESTION)

    {"caller": caller, "agent": agent}[who].hangs_up()
    for party in (caller, agent):
        party.presses("1")
    await agent.is_hung_up()
    caller.hangs_up()
    await node.settles()

    assert sum(each.seconds_of(agent) + each.seconds_of(caller) for each in await node.recordings()) == 0.0


async def test_the_two_do_not_hear_each_other_while_they_are_asked(node: FakeNode) -> None:
    caller = await node.is_called(dial(record="record-from-answer"), consent="both-parties")
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.hears(QUESTION)
    await agent.hears(QUESTION)
    await node.passes(1)

    assert not caller.can_hear(agent)
    assert not agent.can_hear(caller)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_withdraws_is_silent_from_then_on_and_the_other_is_recorded_on(node: FakeNode, who: str) -> None:
    caller = await node.is_called(dial(record="record-from-answer-dual"), consent="announce")
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(10)
    parties = {"caller": caller, "agent": agent}

    parties[who].presses("*0")
    await node.passes(20)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    seconds = {name: recording.seconds_of(party) for name, party in parties.items()}
    other = "agent" if who == "caller" else "caller"
    assert seconds[who] == pytest.approx(10, abs=0.2)
    assert seconds[other] == pytest.approx(30, abs=0.2)


async def test_if_the_policy_says_so_a_withdrawal_deletes_what_both_said(node: FakeNode) -> None:
    choice = ConsentChoice(ConsentPolicy.ANNOUNCE, withdrawal=Withdrawal.DELETE)
    caller = await node.is_called(dial(record="record-from-answer"), consent=choice)
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(10)

    agent.presses("*0")
    await node.passes(5)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.row.status == "deleted"


async def test_a_called_party_who_has_not_consented_is_not_in_the_recording_of_the_callers_call(
    node: FakeNode,
) -> None:
    caller = await node.is_called(f"{STAYS}<Dial action='{DONE}'>{AGENT}</Dial></Response>", consent="press-to-consent")
    await caller.hears(QUESTION)
    caller.presses("1")
    await caller.hears(THANKS)
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears(NOTICE)
    agent.presses("*0")
    await agent.hears(REFUSED)
    await caller.talks_with(agent)
    await node.passes(20)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(agent) == 0.0
    assert recording.seconds_of(caller) > 20


async def test_a_called_party_who_has_consented_is_in_the_recording_of_the_callers_call(node: FakeNode) -> None:
    caller = await node.is_called(f"{STAYS}<Dial action='{DONE}'>{AGENT}</Dial></Response>", consent="announce")
    await caller.hears("Hello.")
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears(NOTICE)
    await caller.talks_with(agent)
    await node.passes(20)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(agent, channel=1) == pytest.approx(20, abs=0.1)


async def test_early_media_of_a_called_party_that_nobody_has_asked_is_in_no_recording(node: FakeNode) -> None:
    caller = await node.is_called(f"{STAYS}<Dial action='{DONE}'>{AGENT}</Dial></Response>", consent="none-needed")
    agent = await node.invited(AGENT)
    agent.rings(early_media=True)
    await caller.until(lambda: caller.can_hear(agent), "hears early media")
    await node.passes(10)
    agent.refuses()
    await caller.hears("Goodbye.")
    await caller.is_hung_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(agent) == 0.0


async def test_two_talk_also_where_nothing_can_be_recorded(node: FakeNode) -> None:
    node.around.bridge.unrecordable = RecordingError("No memory.")
    caller, agent = await joined(node, dial(record="record-from-answer"))
    caller.hangs_up()
    await node.settles()

    assert [event.facts["reason"] for event in await node.events(caller, "not_recorded")] == ["No memory."]
    assert agent.is_over


async def test_the_warning_tone_is_heard_by_both_and_is_once_in_the_recording(node: FakeNode) -> None:
    caller = await node.is_called(dial(record="record-from-answer"), consent="none-needed", beep_s=10)
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(15)

    assert caller.heard.count("recording tone") == 1
    assert agent.heard.count("recording tone") == 1


async def test_the_recording_stops_when_they_part_and_not_with_the_call(node: FakeNode) -> None:
    node.around.customer.documents[DONE] = "<Response><Say>Goodbye.</Say><Pause length='60'/></Response>"
    caller, agent = await joined(node, dial(record="record-from-answer"))
    await node.passes(10)
    agent.hangs_up()
    await caller.hears("Goodbye.")
    await node.passes(30)

    [recording] = await node.recordings()
    assert recording.row.status == "completed"
    assert recording.row.seconds == pytest.approx(10, abs=0.1)
