"""Consent that is withdrawn: what was recorded is kept or deleted, and nothing more is."""

import pytest

from engine.model.consent import ConsentChoice, ConsentPolicy, Given, How, Purpose, Withdrawal
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import NOTICE, QUESTION, WITHDRAWN

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"


async def recorded(node: FakeNode, caller: FarEnd) -> float:
    """For how many seconds the caller is in a recording, once it is over."""
    caller.hangs_up()
    await node.settles()
    return sum(each.seconds_of(caller) for each in await node.recordings())


async def test_withdrawing_by_keys_cuts_the_recording_and_is_confirmed(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears("Hello.")
    await node.passes(10)

    caller.presses("*0")
    await caller.hears(WITHDRAWN)
    await node.passes(30)
    seconds = await recorded(node, caller)

    assert seconds == pytest.approx(10, abs=0.1)
    [recording] = await node.recordings()
    assert recording.row.seconds == pytest.approx(40, abs=0.2)
    assert [each.given for each in await node.consents(caller)] == [Given.YES, Given.WITHDRAWN]


async def test_what_the_platform_plays_is_no_longer_recorded_after_withdrawal_either(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>Hello.</Say><Pause length='10'/><Say>A long story about our house.</Say></Response>",
        record=True,
        consent="announce",
    )
    await caller.hears("Hello.")
    await node.passes(5)
    caller.presses("*0")

    await caller.hears("A long story")
    await caller.is_hung_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of_prompts() == pytest.approx(0.5, abs=0.01)


async def test_withdrawing_deletes_the_recording_where_that_was_chosen(node: FakeNode) -> None:
    choice = ConsentChoice(ConsentPolicy.ANNOUNCE, withdrawal=Withdrawal.DELETE)
    caller = await node.is_called(STAYS, record=True, consent=choice)
    await caller.hears("Hello.")
    await node.passes(10)
    caller.presses("*0")
    await caller.hears(WITHDRAWN)

    assert await recorded(node, caller) == 0.0

    [recording] = await node.recordings()
    assert recording.row.status == "deleted"
    assert recording.row.wrapped_key is None


async def test_consent_can_be_withdrawn_over_the_interface(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears("Hello.")
    await node.passes(10)

    await node.change(caller, withdraw_consent=True)
    await node.passes(10)

    assert await recorded(node, caller) == pytest.approx(10, abs=0.1)
    assert (await node.consents(caller))[-1].how is How.API


async def test_withdrawing_before_being_asked_is_a_refusal(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>Hello.</Say><Pause length='10'/><Start><Recording/></Start><Pause length='60'/></Response>",
        consent="announce",
    )
    await caller.hears("Hello.")
    await node.change(caller, withdraw_consent=True)
    await node.passes(20)

    assert await recorded(node, caller) == 0.0
    assert NOTICE not in caller.heard


@pytest.mark.parametrize("consent", ["announce", "press-to-consent"])
async def test_who_withdraws_from_outside_while_being_asked_is_not_recorded(node: FakeNode, consent: str) -> None:
    caller = await node.is_called(STAYS, record=True, consent=consent)
    await caller.hears(NOTICE if consent == "announce" else QUESTION)

    await node.change(caller, withdraw_consent=True)
    caller.presses("1")
    await caller.hears("Hello.")
    await node.passes(10)

    assert await recorded(node, caller) == 0.0
    refused = [(each.purpose, each.given) for each in await node.consents(caller)]
    assert sorted(refused) == sorted((purpose, Given.NO) for purpose in Purpose)


async def test_withdrawing_twice_is_stored_once(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears("Hello.")
    caller.presses("*0*0")
    await caller.hears(WITHDRAWN)
    await node.change(caller, withdraw_consent=True)
    caller.hangs_up()
    await node.settles()

    assert [each.given for each in await node.consents(caller)] == [Given.YES, Given.WITHDRAWN]


async def test_star_and_naught_apart_do_not_withdraw(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears("Hello.")

    caller.presses("*")
    await node.passes(3.1)
    caller.presses("0")
    await node.passes(5)

    assert await recorded(node, caller) > 8
