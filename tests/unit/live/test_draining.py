"""A node that is told to stop: its calls end by themselves, or hear a goodbye when their time is over."""

import asyncio
from pathlib import Path

import pytest

from engine.errors import Overloaded, WrongState
from engine.live.phrases import Phrase
from engine.ports import Cause
from engine.testing.database import MemoryDatabase
from engine.testing.node import FakeNode, fake_node

TALK = "<Response><Say>Hello.</Say><Pause length='3600'/></Response>"
LONGEST_S = 300.0
GOODBYE = Phrase.NODE_STOPS.in_language("nl-BE").text


def draining(node: FakeNode, *, goodbye: bool = True) -> asyncio.Task[None]:
    return asyncio.create_task(node.switchboard.draining.run(LONGEST_S, goodbye=goodbye))


async def test_it_waits_for_the_last_call_and_no_longer(node: FakeNode) -> None:
    first, last = await node.is_called(TALK), await node.is_called(TALK)
    await first.is_answered()
    await last.is_answered()

    work = draining(node)
    await node.passes(10)
    first.hangs_up()
    await node.passes(10)
    waited = not work.done()
    last.hangs_up()
    await node.passes(2)

    assert waited
    assert work.done()
    assert not node.switchboard.live_calls


async def test_a_node_without_calls_waits_for_nothing(node: FakeNode) -> None:
    await asyncio.wait_for(draining(node), 1)


async def test_no_call_begins_meanwhile_and_is_told_when_to_come_again(node: FakeNode) -> None:
    caller = await node.is_called(TALK)
    await caller.is_answered()
    work = draining(node)
    await node.passes(1)

    with pytest.raises(Overloaded, match="stopping") as refused:
        await node.calls("+3225550199", TALK)
    at_first = node.switchboard.again_after_s()
    await node.passes(LONGEST_S - 21)
    in_the_end = node.switchboard.again_after_s()

    assert refused.value.again_after_s == at_first == 60
    assert in_the_end == 20
    caller.hangs_up()
    await work


async def test_carriers_are_told_to_send_calls_elsewhere(node: FakeNode) -> None:
    await draining(node)

    assert not node.around.carrier.registered


async def test_a_flow_in_progress_still_dials(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Say>Hello.</Say><Pause length='5'/><Dial>+3225550188</Dial></Response>")
    await caller.is_answered()
    work = draining(node)

    callee = await node.invited("+3225550188")
    callee.answers()
    await caller.talks_with(callee)

    assert not work.done()
    callee.hangs_up()
    caller.hangs_up()
    await work


async def test_whoever_is_left_hears_a_goodbye_in_the_language_of_the_call(node: FakeNode) -> None:
    caller = await node.is_called(TALK, language="nl-BE")
    ringing = await node.calls("+3225550199", TALK)
    await caller.is_answered()
    began_s = node.services.clock.monotonic()

    await draining(node)

    assert node.services.clock.monotonic() - began_s > LONGEST_S
    assert GOODBYE in caller.heard
    assert ringing.heard == []
    caller.hangs_up()


async def test_a_goodbye_that_is_not_wanted_is_not_said(node: FakeNode) -> None:
    caller = await node.is_called(TALK, language="nl-BE")
    await caller.is_answered()

    await draining(node, goodbye=False)

    assert GOODBYE not in caller.heard
    caller.hangs_up()


async def test_speech_that_does_not_come_keeps_the_node_for_seconds_only(node: FakeNode) -> None:
    node.around.synthesizer.takes_s = 3600.0
    caller = await node.is_called(TALK)
    await caller.is_answered()
    began_s = node.services.clock.monotonic()

    await draining(node)

    assert node.services.clock.monotonic() - began_s < LONGEST_S + 15
    caller.hangs_up()


async def test_what_is_hung_up_says_why_to_the_far_end_and_on_the_call(
    database: MemoryDatabase, tmp_path: Path
) -> None:
    async with fake_node(database, tmp_path) as node:
        caller = await node.is_called(TALK)
        await caller.is_answered()

    call = await node.call(caller)
    assert (call.status, call.attempts[-1].said) == ("completed", "Telefoon was stopped while this call went on.")
    assert await node.events(caller, "node_stopped")
    assert caller.leg.refused_with is Cause.STOPPING


async def test_a_drain_may_be_taken_back_until_the_node_stops(node: FakeNode) -> None:
    draining_by_rest = node.switchboard.draining
    await draining_by_rest.begin()
    with pytest.raises(Overloaded, match="stopping"):
        await node.calls("+3225550199", TALK)

    await draining_by_rest.end()
    await node.calls("+3225550199", TALK)

    assert not draining_by_rest.under_way
    assert node.around.carrier.registered
    work = draining(node)
    await node.passes(1)
    with pytest.raises(WrongState, match="told to stop"):
        await draining_by_rest.end()
    await work
