"""Live calls that are given another flow from outside."""

import asyncio

import pytest

from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.parse import parse
from engine.live.orders import CallChange
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, dial, talking, told

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
WHISPER = "https://customer.example/whisper"


async def test_the_called_party_of_a_dial_can_be_given_a_flow_of_its_own(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(agent, start=parse(STAYS))
    await agent.hears("Hello.")
    await caller.hears("Goodbye.")
    await caller.is_hung_up()

    assert not agent.is_over


async def test_the_called_party_of_a_dial_that_goes_to_a_queue_is_served_there(node: FakeNode) -> None:
    _, agent = await talking(node)

    await node.change(agent, start=parse("<Response><Enqueue>support</Enqueue></Response>"))
    await agent.hears("hold music")
    other = await node.is_called("<Response><Dial><Queue>support</Queue></Dial></Response>")

    await other.talks_with(agent)
    await node.passes(5)
    assert other.can_hear(agent)


async def test_a_called_party_that_is_given_a_flow_during_the_whisper_hears_that_alone(node: FakeNode) -> None:
    node.around.customer.documents[WHISPER] = "<Response><Say>A call for the shop.</Say></Response>"
    caller = await node.is_called(dial(f"<Number url='{WHISPER}'>{AGENT}</Number>"))
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears("A call for the shop.")

    await node.change(agent, start=parse(STAYS))
    await agent.hears("Hello.")
    await caller.hears("Goodbye.")

    assert "A call for the shop." not in agent.hears_now
    assert not agent.is_over
    assert (await told(node))["DialCallStatus"] == "no-answer"


async def test_a_caller_who_is_given_another_flow_leaves_the_called_party_to_its_end(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, start=parse(STAYS))

    await caller.hears("Hello.")
    assert (await agent.is_hung_up()).by_us


async def test_the_last_of_several_flows_given_at_once_is_performed(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    await node.change(caller, start=parse("<Response><Say>First.</Say></Response>"))
    await node.change(caller, start=parse("<Response><Say>Second.</Say></Response>"))
    await caller.hears("Second.")
    await caller.is_hung_up()


@pytest.mark.parametrize(
    "flow",
    [
        "<Response><Enqueue>support</Enqueue></Response>",
        "<Response><Dial timeout='60'><Queue>sales</Queue></Dial></Response>",
    ],
    ids=["waits in a queue", "serves a queue"],
)
async def test_a_flow_given_while_the_one_before_is_being_cut_off_leaves_none_of_its_sounds(
    node: FakeNode, flow: str
) -> None:
    for steps in range(16):
        caller = await node.is_called(flow)
        await caller.hears("hold music")
        call = await node.call(caller)
        for name in ("First", "Second"):
            start = parse(f"<Response><Say>{name}.</Say><Pause length='60'/></Response>")
            await node.switchboard.change(node.account.id, call.id, CallChange(start=start))
            for _ in range(steps):
                await asyncio.sleep(0)

        await caller.hears("Second.")
        await node.passes(5)

        assert caller.hears_now == set()


async def test_another_flow_that_fails_gives_way_to_its_own_fallback(node: FakeNode) -> None:
    spare = "https://customer.example/spare"
    node.around.customer.documents[spare] = STAYS
    caller = await node.is_called("<Response><Pause length='600'/></Response>")
    await node.passes(1)

    await node.change(
        caller, start=GoTo("https://customer.example/gone", HttpMethod.GET), fallback=GoTo(spare, HttpMethod.GET)
    )

    await caller.hears("Hello.")
    assert [each.method for each in node.around.customer.asked[-2:]] == ["GET", "GET"]
