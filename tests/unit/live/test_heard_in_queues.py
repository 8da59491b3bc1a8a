"""Queues: what who waits hears, of the customer's document and of the whisper before the agent."""

import pytest

from engine.flow.parse import parse
from engine.testing.node import FakeNode
from tests.unit.live.queueing import MUSIC, SERVED, enqueue, serve, waiting
from tests.unit.live.words import DONE

WAIT_URL = "https://customer.example/wait"


async def test_the_customers_document_is_heard_again_and_again_while_waiting(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Please wait.</Say><Pause length='5'/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await node.passes(30)

    assert caller.heard.count("Please wait.") >= 4
    assert MUSIC not in caller.heard


async def test_the_document_is_told_position_and_size(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Please wait.</Say><Pause length='5'/></Response>"
    await waiting(node)
    second = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await second.hears("Please wait.")

    params = node.around.customer.was_asked(WAIT_URL)[0]
    assert (params["QueuePosition"], params["CurrentQueueSize"], params["QueueTime"]) == ("2", "2", "0")


async def test_a_document_that_leaves_ends_the_wait(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Too long.</Say><Leave/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["QueueResult"] == "leave"


async def test_a_document_that_cannot_be_had_is_replaced_by_music(node: FakeNode) -> None:
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))

    await caller.hears(MUSIC)

    await node.passes(1)
    assert len(await node.events(caller, "waiting_failed")) == 1


@pytest.mark.parametrize("verb", ["<Dial>+3225550111</Dial>", "<Record/>", "<Enqueue>other</Enqueue>"])
async def test_who_waits_is_not_led_elsewhere_by_what_it_hears(node: FakeNode, verb: str) -> None:
    node.around.customer.documents[WAIT_URL] = f"<Response>{verb}<Say>Please wait.</Say><Pause/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("Please wait.")

    assert node.around.carrier.invites == []
    await node.passes(1)
    assert await node.events(caller, "verb_left_out") != []


async def test_the_agent_interrupts_what_is_heard_while_waiting(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = (
        "<Response><Say>A long story of our house and how it was.</Say></Response>"
    )
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("A long story")
    agent = await node.is_called(serve())

    await caller.talks_with(agent)
    await node.passes(0.1)

    assert caller.hears_now == set()


async def test_the_caller_hears_a_whisper_before_the_agent(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))

    await caller.hears("You are next.")
    assert not agent.can_hear(caller)
    await caller.talks_with(agent)

    [params] = node.around.customer.was_asked("https://customer.example/whisper")
    assert params["DequeingCallSid"] == (await node.call(agent)).id


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_hangs_up_during_the_whisper_leaves_the_other_to_its_flow(node: FakeNode, who: str) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    node.around.customer.documents[SERVED] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))
    await caller.hears("You are next.")

    leaving, staying = (caller, agent) if who == "caller" else (agent, caller)
    leaving.hangs_up()

    await staying.hears("Goodbye.")


async def test_who_is_given_another_flow_during_the_whisper_is_not_joined_to_the_agent(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    node.around.customer.documents[SERVED] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))
    await caller.hears("You are next.")

    await node.change(caller, start=parse("<Response><Say>Another matter.</Say><Pause length='60'/></Response>"))
    await caller.hears("Another matter.")
    await agent.hears("Goodbye.")

    assert caller.hears_now == {"Another matter."}
    assert not agent.can_hear(caller)
