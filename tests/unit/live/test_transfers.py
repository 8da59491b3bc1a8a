"""Live calls that are transferred from outside: blindly, or after the agent has spoken first."""

import pytest

from engine.errors import WrongState
from engine.live.orders import Transfer, TransferMode
from engine.testing.node import FakeNode
from tests.unit.live.dials import OTHER, talking

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"


async def test_a_blind_transfer_takes_the_caller_to_the_third_party(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.BLIND, 20))
    third = await node.invited(OTHER)
    assert (await agent.is_hung_up()).by_us
    third.answers()

    await caller.talks_with(third)


@pytest.mark.parametrize(
    ("to", "dialled", "header"),
    [
        ("sip:desk@93.184.216.34?X-Order=7", "sip:desk@93.184.216.34", ("X-Order", "7")),
        ("client:anna?tier=gold", "sip:anna@registrar.example", ("X-Param-tier", "gold")),
    ],
)
async def test_a_transfer_goes_to_a_sip_address_or_a_client_with_its_headers(
    node: FakeNode, to: str, dialled: str, header: tuple[str, str]
) -> None:
    caller, _ = await talking(node)

    await node.change(caller, transfer=Transfer(to, TransferMode.BLIND, 20))
    third = await node.invited(dialled)
    third.answers()

    await caller.talks_with(third)
    caller.hangs_up()
    await node.settles()
    assert node.around.carrier.invites[-1].headers == (header,)
    [transferred] = await node.events(caller, "transferred")
    assert "?" not in str(transferred.facts["to"])


async def test_a_blind_transfer_that_nobody_answers_ends_the_call(node: FakeNode) -> None:
    caller, _ = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.BLIND, 20))
    (await node.invited(OTHER)).rings()

    assert (await caller.is_hung_up()).by_us


async def test_an_attended_transfer_lets_the_agent_speak_first(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.answers()
    await agent.talks_with(third)
    assert not caller.can_hear(third)
    await caller.hears("hold music")

    agent.hangs_up()
    await caller.talks_with(third)


async def test_after_an_attended_transfer_that_nobody_answers_agent_and_caller_talk_again(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    (await node.invited(OTHER)).refuses()

    await caller.talks_with(agent)


async def test_after_an_attended_transfer_whose_third_party_leaves_agent_and_caller_talk_again(node: FakeNode) -> None:
    caller, agent = await talking(node)
    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.answers()
    await agent.talks_with(third)

    third.hangs_up()

    await caller.talks_with(agent)


async def test_whom_a_dial_called_is_fetched_back_by_who_called_it(node: FakeNode) -> None:
    caller, called = await talking(node)

    await node.change(called, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    (await node.invited(OTHER)).refuses()

    await caller.talks_with(called)
    await node.passes(5)
    assert caller.can_hear(called)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_leaves_in_an_attended_transfer_leaves_nobody_on_the_line_for_ever(node: FakeNode, who: str) -> None:
    caller, agent = await talking(node)
    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.rings()

    for each in (caller, agent) if who == "caller" else (agent, caller):
        each.hangs_up()
    await third.is_hung_up()
    await node.settles()

    assert node.switchboard.live_calls == 0


async def test_an_attended_transfer_needs_somebody_to_speak(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    with pytest.raises(WrongState, match="talks to nobody"):
        await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
