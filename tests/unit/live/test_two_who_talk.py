"""Two who were joined by a Dial: their keys, their limits, and how they part."""

import pytest

from engine.model.call import Status
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, RINGING, dial, talking, told


async def test_when_the_called_party_hangs_up_the_flow_goes_on(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    await node.passes(12)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    params = await told(node)
    assert (params["DialCallStatus"], params["DialCallDuration"], params["DialBridged"]) == ("completed", "12", "true")


async def test_when_the_caller_hangs_up_the_called_party_is_hung_up(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    caller.hangs_up()
    how = await agent.is_hung_up()
    await node.settles()

    assert how.by_us
    assert (await node.call(agent)).status is Status.COMPLETED


async def test_a_limit_ends_the_talk_and_not_the_call(node: FakeNode) -> None:
    caller, agent = await talking(node, dial(timeLimit="60"))

    await agent.is_hung_up()
    await caller.hears("Goodbye.")

    assert (await told(node))["DialCallDuration"] == "60"
    await node.settles()
    assert len(await node.events(caller, "dial_time_limit")) == 1


async def test_without_a_limit_two_talk_on(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    await node.passes(3000)

    assert caller.can_hear(agent)


async def test_the_callers_star_ends_the_talk_where_the_flow_says_so(node: FakeNode) -> None:
    caller, agent = await talking(node, dial(hangupOnStar="true"))

    caller.presses("*")
    await agent.is_hung_up()

    await caller.hears("Goodbye.")


async def test_the_called_partys_star_ends_nothing(node: FakeNode) -> None:
    caller, agent = await talking(node, dial(hangupOnStar="true"))

    agent.presses("*")
    await node.passes(5)

    assert caller.can_hear(agent)


async def test_keys_are_passed_on_to_the_other_in_both_directions(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    caller.presses("12#")
    agent.presses("*9")
    await node.passes(5)

    assert agent.leg.pressed == "12#"
    assert caller.leg.pressed == "*9"


async def test_keys_pressed_before_they_were_joined_are_not_passed_on(node: FakeNode) -> None:
    caller = await node.is_called(dial())
    agent = await node.invited(AGENT)
    await caller.hears(RINGING)

    caller.presses("77")
    await node.passes(1)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(2)

    assert agent.leg.pressed == ""


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_either_party_can_send_the_caller_on_by_refer(node: FakeNode, who: str) -> None:
    node.around.customer.documents["https://customer.example/refer"] = "<Response><Say>One moment.</Say></Response>"
    caller, agent = await talking(node, dial(referUrl="https://customer.example/refer"))

    {"caller": caller, "agent": agent}[who].asks_to_be_sent_to("sip:desk@pbx.example")
    await caller.hears("One moment.")

    [params] = node.around.customer.was_asked("https://customer.example/refer")
    assert params["ReferTransferTarget"] == "sip:desk@pbx.example"


async def test_a_refer_from_before_the_dial_sends_nobody_on(node: FakeNode) -> None:
    url = "https://customer.example/refer"
    node.around.customer.documents[url] = "<Response><Say>One moment.</Say></Response>"
    dialled = dial(referUrl=url).removeprefix("<Response>")
    caller = await node.is_called(f"<Response><Say>Welcome.</Say><Pause length='5'/>{dialled}")
    await caller.hears("Welcome.")
    caller.asks_to_be_sent_to("sip:desk@pbx.example")
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(2)

    assert caller.can_hear(agent)
    assert node.around.customer.was_asked(url) == []


async def test_refer_without_a_url_for_it_changes_nothing(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    agent.asks_to_be_sent_to("sip:desk@pbx.example")
    await node.passes(2)

    assert caller.can_hear(agent)
