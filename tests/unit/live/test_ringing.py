"""What a caller hears while a Dial rings, and what the called party hears before they are joined."""

import pytest

from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER, RINGING, dial, talking, told


async def test_the_caller_hears_ringing_until_the_called_party_answers(node: FakeNode) -> None:
    caller = await node.is_called(dial())
    agent = await node.invited(AGENT)

    await caller.hears(RINGING)
    agent.rings()
    await node.passes(20)
    assert caller.hears_now == {RINGING}

    agent.answers()
    await caller.talks_with(agent)
    assert caller.hears_now == set()


async def test_a_call_that_is_answered_on_bridge_rings_until_the_called_party_answers(node: FakeNode) -> None:
    caller = await node.is_called(dial(answerOnBridge="true"))
    agent = await node.invited(AGENT)
    agent.rings()
    await node.passes(5)
    assert not caller.leg.answered
    assert caller.heard == []

    agent.answers()
    await caller.talks_with(agent)
    assert caller.leg.answered


async def test_the_ringing_of_another_country_is_heard_where_the_flow_says_so(node: FakeNode) -> None:
    caller = await node.is_called(dial(ringTone="us"))

    await caller.hears("ringing of us")


async def test_a_foreign_number_rings_as_in_its_country(node: FakeNode) -> None:
    caller = await node.is_called(dial("+493023125001"))

    await caller.hears("ringing of de")


async def test_early_media_of_an_only_called_party_is_heard_in_place_of_ringing(node: FakeNode) -> None:
    caller = await node.is_called(dial())
    agent = await node.invited(AGENT)
    await caller.hears(RINGING)

    agent.rings(early_media=True)
    await caller.until(lambda: caller.can_hear(agent), "hears early media")

    assert caller.hears_now == set()
    assert not agent.can_hear(caller)


async def test_early_media_of_one_among_several_is_not_heard(node: FakeNode) -> None:
    caller = await node.is_called(dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"))
    agent = await node.invited(AGENT)
    await caller.hears(RINGING)

    agent.rings(early_media=True)
    await node.passes(3)

    assert not caller.can_hear(agent)
    assert caller.hears_now == {RINGING}


async def test_ringing_that_cannot_be_played_stops_no_dialling(node: FakeNode) -> None:
    node.around.bridge.unplayable.add(RINGING)

    caller, _ = await talking(node, dial())

    caller.hangs_up()
    await node.settles()
    assert len(await node.events(caller, "ringback_failed")) == 1


async def test_the_whisper_is_heard_by_the_called_party_alone_and_then_they_talk(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = (
        "<Response><Say>A call from the shop.</Say></Response>"
    )
    caller = await node.is_called(dial(f'<Number url="https://customer.example/whisper">{AGENT}</Number>'))
    agent = await node.invited(AGENT)
    agent.answers()

    await agent.hears("A call from the shop.")
    assert caller.hears_now == {RINGING}
    await caller.talks_with(agent)

    assert "A call from the shop." not in caller.heard


async def test_a_called_party_who_refuses_at_the_whisper_is_not_joined(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Hangup/></Response>"
    caller = await node.is_called(dial(f'<Number url="https://customer.example/whisper">{AGENT}</Number>'))
    agent = await node.invited(AGENT)
    agent.answers()

    await agent.is_hung_up()
    await caller.hears("Goodbye.")

    done = await told(node)
    assert (done["DialCallStatus"], done["DialBridged"]) == ("no-answer", "false")


async def test_a_whisper_that_cannot_be_had_keeps_nobody_from_talking(node: FakeNode) -> None:
    caller, agent = await talking(node, dial(f'<Number url="https://customer.example/none">{AGENT}</Number>'))

    caller.hangs_up()
    await node.settles()

    assert [attempt.via for attempt in (await node.call(agent)).attempts] == ["whisper"]


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_hangs_up_during_the_whisper_ends_the_dial(node: FakeNode, who: str) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = (
        "<Response><Say>A call from the shop, which is a long story.</Say></Response>"
    )
    caller = await node.is_called(dial(f'<Number url="https://customer.example/whisper">{AGENT}</Number>'))
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears("A call from the shop")

    {"caller": caller, "agent": agent}[who].hangs_up()
    await agent.is_hung_up()
    await node.settles()

    assert (await told(node))["DialBridged"] == "false"


async def test_keys_are_sent_to_the_called_party_before_they_are_joined(node: FakeNode) -> None:
    caller = await node.is_called(dial(f'<Number sendDigits="ww12#">{AGENT}</Number>'))
    agent = await node.invited(AGENT)
    agent.answers()
    await node.passes(0.5)
    assert not caller.can_hear(agent)

    await caller.talks_with(agent)
    assert agent.leg.pressed == "12#"
