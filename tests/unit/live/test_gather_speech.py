"""Gather with speech: who comes first, what that stops, and what the customer is told."""

import pytest

from engine.testing.node import FakeNode
from tests.unit.live.gathers import PROMPT, asked, gather
from tests.unit.live.words import DONE

PARTIAL = "https://customer.example/partial"


@pytest.mark.parametrize("listened_for", ["speech", "dtmf speech"])
async def test_what_is_said_is_told_with_its_confidence(node: FakeNode, listened_for: str) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input=listened_for)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["SpeechResult"], params["Confidence"]) == ("support please", "0.90")
    assert "Digits" not in params


async def test_speech_stops_the_prompt(node: FakeNode) -> None:
    node.around.recognizer.said.append("support please")
    caller = await node.is_called(gather(f"<Say loop='9'>{PROMPT}</Say>", input="speech"))
    await caller.hears(PROMPT)
    await node.passes(0.3)
    assert PROMPT not in caller.hears_now

    await caller.is_hung_up()

    assert caller.heard == [PROMPT, "Goodbye."]


async def test_what_is_understood_so_far_is_told_meanwhile(node: FakeNode) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input="speech", partialResultCallback=PARTIAL)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(PARTIAL)
    assert (params["UnstableSpeechResult"], params["SequenceNumber"]) == ("support", "0")


async def test_what_is_masked_is_not_told_meanwhile(node: FakeNode) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input="speech", mask="true", partialResultCallback=PARTIAL)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["SpeechResult"] == "support please"
    assert node.around.customer.was_asked(PARTIAL) == []


@pytest.mark.parametrize("listened_for", ["speech", "dtmf speech"])
async def test_speech_that_began_in_time_is_heard_to_its_end(node: FakeNode, listened_for: str) -> None:
    node.around.recognizer.said.append("support please")
    node.around.recognizer.lasts_s = 5.0
    caller = await node.is_called(gather("", input=listened_for, timeout="1"))

    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["SpeechResult"] == "support please"


async def test_a_key_comes_before_speech_where_both_are_taken(node: FakeNode) -> None:
    caller = await asked(node, input="dtmf speech", numDigits="1")

    caller.presses("1")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1"


async def test_who_says_nothing_is_told_the_next_verb(node: FakeNode) -> None:
    caller = await asked(node, input="speech", timeout="3")

    await caller.hears("Nothing came.")


async def test_keys_are_taken_and_the_reason_told_where_too_many_are_listened_to(node: FakeNode) -> None:
    node.around.recognizer.busy = True
    caller = await asked(node, input="dtmf speech", numDigits="1")

    caller.presses("1")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    [event] = await node.events(caller, "speech_not_heard")
    assert params["Digits"] == "1"
    assert "As many are being listened to as can be" in str(event.facts["reason"])
