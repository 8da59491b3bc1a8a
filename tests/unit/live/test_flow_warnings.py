"""Mistakes in call flows that live calls pass over: what they are told of it, and who may choose otherwise."""

import pytest

from engine.live.phrases import Phrase
from engine.model.call_options import AccountOptions
from engine.model.flow_reading import FlowReading
from engine.testing.node import FakeNode
from tests.unit.live.dials import dial, told

SORRY = Phrase.SORRY.in_language("en-GB").text
MISTAKEN = '<Response><Pay/><Say foo="1">Hello.</Say></Response>'


async def test_a_call_goes_on_past_mistakes_and_is_told_of_each(node: FakeNode) -> None:
    caller = await node.is_called(MISTAKEN)

    await caller.is_hung_up()
    await node.settles()

    assert caller.heard == ["Hello."]
    payment, attribute = [event.facts for event in await node.events(caller, "flow_warning")]
    assert (payment["element"], payment["done"], payment["line"]) == ("Pay", "it was left out", 1)
    assert attribute["attribute"] == "foo"
    assert attribute["mend"] == "Write one of: language, voice, loop."
    assert str(attribute["target"]).startswith("https://customer.example/voice/")


async def test_a_document_that_comes_by_again_is_told_of_once(node: FakeNode) -> None:
    caller = await node.is_called(
        '<Response><Say foo="1">Again.</Say><Pause/><Redirect>https://customer.example/voice/1</Redirect></Response>'
    )

    await node.passes(30.0)
    caller.hangs_up()
    await node.settles()

    assert len(caller.heard) > 1
    assert len(await node.events(caller, "flow_warning")) == 1


async def test_an_account_may_choose_that_mistakes_are_refused(node: FakeNode) -> None:
    strict = AccountOptions(flow_reading=FlowReading.STRICT)
    await node.services.stores.accounts.choose(node.account.id, strict)

    caller = await node.is_called(MISTAKEN)

    await caller.hears(SORRY)
    assert await node.events(caller, "flow_failed")


async def test_a_call_s_choice_stands_above_that_of_its_account(node: FakeNode) -> None:
    strict = AccountOptions(flow_reading=FlowReading.STRICT)
    await node.services.stores.accounts.choose(node.account.id, strict)
    node.around.customer.documents["https://customer.example/next"] = MISTAKEN

    called = await node.calls(
        "+3225550177",
        "<Response><Redirect>https://customer.example/next</Redirect></Response>",
        flow_reading=FlowReading.LENIENT,
    )
    called.answers()

    await called.hears("Hello.")


@pytest.mark.parametrize("inside", ["0470", "<Number>0470</Number><Sip>nobody@nowhere</Sip>"])
async def test_a_dial_whose_targets_can_not_be_read_fails_and_its_action_is_told(node: FakeNode, inside: str) -> None:
    caller = await node.is_called(dial(inside))
    await caller.hears("Goodbye.")
    await node.settles()

    params = await told(node)
    assert (params["DialCallStatus"], params["DialBridged"]) == ("failed", "false")
    assert "DialCallSid" not in params
    [attempt] = (await node.call(caller)).attempts
    assert attempt.via == "dial"
    assert "'0470'" in attempt.said
    [failed] = await node.events(caller, "dial_failed")
    assert "'0470'" in str(failed.facts["reason"])
    assert node.around.carrier.invites == []


async def test_numbers_are_read_as_those_of_the_country_where_the_call_came_in(node: FakeNode) -> None:
    await node.is_called("<Response><Dial>02 555 01 77</Dial></Response>")

    assert (await node.invited("+3225550177")).number == "+3225550177"
