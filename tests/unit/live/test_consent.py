"""Consent to be recorded, asked for and withdrawn on live calls."""

import pytest

from engine.model.consent import Given, How
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import BEEP, DONE, NOTICE, QUESTION, REFUSED, THANKS

RECORD = f"<Response><Record timeout='0' action='{DONE}'/></Response>"
STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"


async def recorded(node: FakeNode, caller: FarEnd) -> float:
    """For how many seconds the caller is in a recording, once it is over."""
    caller.hangs_up()
    await node.settles()
    return sum(each.seconds_of(caller) for each in await node.recordings())


async def agrees(caller: FarEnd) -> None:
    """The caller presses 1 at the question, and is being recorded."""
    await caller.hears(QUESTION)
    caller.presses("1")
    await caller.hears(THANKS)


async def test_who_hangs_up_during_the_question_is_in_no_recording(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")

    await caller.hears(QUESTION)
    caller.hangs_up()
    await node.settles()

    assert await node.recordings() == []
    assert await node.consents(caller) == []


async def test_who_agrees_is_recorded_from_then_on(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    await agrees(caller)
    await caller.hears(BEEP)
    await node.passes(10.4)

    caller.presses("#")
    await caller.hears("Goodbye.")

    [recording] = await node.recordings()
    assert recording.seconds_of(caller) == 10.0
    assert recording.seconds_of_prompts() == 0.0


async def test_a_key_silences_the_question(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    await caller.hears(QUESTION)

    caller.presses("1")
    await caller.hears(THANKS)

    assert QUESTION not in caller.hears_now


@pytest.mark.parametrize("keys", ["2", "02", "32", "#2"])
async def test_who_refuses_is_told_so_and_is_in_no_recording(node: FakeNode, keys: str) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    for key in keys:
        await caller.hears(QUESTION)
        caller.presses(key)

    await caller.hears(REFUSED)
    await caller.is_hung_up()
    await node.settles()

    assert await node.recordings() == []
    [record] = await node.consents(caller)
    assert (record.given, record.how, record.digit) == (Given.NO, How.DIGIT, "2")


@pytest.mark.parametrize(("consent", "prompt", "keys"), [("announce", NOTICE, "*0"), ("both-parties", QUESTION, "2")])
async def test_a_refusal_is_stored_also_of_who_hangs_up_before_it_is_confirmed(
    node: FakeNode, consent: str, prompt: str, keys: str
) -> None:
    caller = await node.is_called(RECORD, consent=consent)
    await caller.hears(prompt)
    caller.presses(keys)

    await caller.hears(REFUSED)
    caller.hangs_up()
    await node.settles()

    [record] = await node.consents(caller)
    assert (record.given, record.digit) == (Given.NO, keys)


async def test_who_agrees_and_hangs_up_before_that_is_confirmed_is_in_no_recording(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    await agrees(caller)

    caller.hangs_up()
    await node.settles()

    assert await node.recordings() == []
    assert [each.given for each in await node.consents(caller)] == [Given.YES]


async def test_the_question_is_asked_twice_and_silence_is_a_refusal(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")

    await caller.hears(REFUSED)
    await node.settles()

    assert caller.heard.count(QUESTION) == 2
    [record] = await node.consents(caller)
    assert (record.given, record.how) == (Given.NO, How.NO_ANSWER)


async def test_an_answer_may_come_until_eight_seconds_after_the_question(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    await caller.hears(QUESTION)
    await caller.until(lambda: caller.hears_now == set(), "hears the question to its end")

    await node.passes(7.9)
    caller.presses("1")

    await caller.hears(THANKS)
    assert caller.heard.count(QUESTION) == 1


async def test_a_key_that_is_no_answer_has_the_question_asked_again(node: FakeNode) -> None:
    caller = await node.is_called(RECORD, consent="press-to-consent")
    await caller.hears(QUESTION)

    caller.presses("5")
    await agrees(caller)

    assert caller.heard.count(QUESTION) == 2


async def test_keys_of_the_answer_are_not_read_by_the_flow(node: FakeNode) -> None:
    flow = (
        f"<Response><Start><Recording/></Start><Gather numDigits='1' timeout='3' action='{DONE}'/>"
        "<Say>No key.</Say></Response>"
    )
    caller = await node.is_called(flow, consent="press-to-consent")
    await agrees(caller)

    await caller.hears("No key.")


async def test_an_announcement_is_heard_to_its_end_before_anything_is_recorded(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears(NOTICE)
    notice_s = node.services.clock.monotonic()
    await caller.hears("Hello.")
    notice_s = node.services.clock.monotonic() - notice_s

    await node.passes(20)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    [record] = await node.consents(caller)
    assert notice_s > 5
    assert recording.seconds_of(caller) == pytest.approx(20, abs=0.2)
    assert (record.given, record.how) == (Given.YES, How.ANNOUNCED)


async def test_who_objects_during_the_announcement_is_not_recorded(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears(NOTICE)

    caller.presses("*0")
    await caller.hears(REFUSED)

    assert await recorded(node, caller) == 0.0
    [record] = await node.consents(caller)
    assert (record.given, record.how, record.digit) == (Given.NO, How.DIGIT, "*0")
    assert record.wording == NOTICE
    assert await node.recordings() == []


async def test_who_hangs_up_during_the_announcement_is_in_no_recording(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")

    await caller.hears(NOTICE)
    await node.passes(1)
    caller.hangs_up()
    await node.settles()

    assert await node.recordings() == []


@pytest.mark.parametrize("consent", ["announce", "press-to-consent"])
async def test_what_could_not_be_said_is_no_consent(node: FakeNode, consent: str) -> None:
    node.around.bridge.unplayable.update({NOTICE, QUESTION})
    caller = await node.is_called(STAYS, record=True, consent=consent)

    await caller.hears("Hello.")
    await node.passes(10)

    assert await recorded(node, caller) == 0.0


async def test_who_has_consented_is_not_asked_again_on_the_same_call(node: FakeNode) -> None:
    flow = f"<Response><Record timeout='0' maxLength='5' action='{DONE}'/></Response>"
    node.around.customer.documents[DONE] = flow
    caller = await node.is_called(flow, consent="press-to-consent")
    await agrees(caller)

    await caller.hears(BEEP)
    await caller.hears(BEEP)
    await caller.hears(BEEP)

    assert caller.heard.count(QUESTION) == 1


async def test_who_has_refused_is_not_asked_again_on_the_same_call(node: FakeNode) -> None:
    flow = f"<Response><Record action='{DONE}'/><Record action='{DONE}'/><Say>Without you.</Say></Response>"
    caller = await node.is_called(flow, consent="press-to-consent")
    await caller.hears(QUESTION)
    caller.presses("2")

    await caller.hears("Without you.")

    assert caller.heard.count(QUESTION) == 1
    await node.settles()
    assert await node.recordings() == []
