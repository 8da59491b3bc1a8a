"""Gather: which keys and words are taken, and what stops the prompts."""

import asyncio
import gc

import pytest

from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

PROMPT = "Please choose: one for sales, two for support."
PARTIAL = "https://customer.example/partial"


def gather(**attributes: str) -> str:
    asking = element("Gather", f"<Say>{PROMPT}</Say>", **{"action": DONE, **attributes})
    return f"<Response>{asking}<Say>Nothing came.</Say></Response>"


async def asked(node: FakeNode, **attributes: str) -> FarEnd:
    """A caller who hears the prompt."""
    caller = await node.is_called(gather(**attributes))
    await caller.hears(PROMPT)
    return caller


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ({"numDigits": "1"}, "1", "1"),
        ({"numDigits": "4"}, "1234", "1234"),
        ({"numDigits": "4"}, "12#", "12"),
        ({"numDigits": "2"}, "1234", "12"),
        ({}, "123#", "123"),
        ({"finishOnKey": "*"}, "12#3*", "12#3"),
        ({"finishOnKey": "", "numDigits": "3"}, "1#*", "1#*"),
        ({"timeout": "2"}, "12", "12"),
    ],
)
async def test_keys_are_taken_until_enough_the_end_key_or_the_timeout(
    node: FakeNode, attributes: dict[str, str], keys: str, digits: str
) -> None:
    caller = await asked(node, **attributes)

    caller.presses(keys)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == digits


async def test_the_first_key_stops_the_prompt(node: FakeNode) -> None:
    caller = await asked(node, numDigits="2")

    caller.presses("1")
    await node.passes(0.1)

    assert caller.hears_now == set()


async def test_without_barge_in_the_prompt_is_heard_to_its_end_and_keys_meanwhile_are_forgotten(
    node: FakeNode,
) -> None:
    caller = await asked(node, numDigits="1", bargeIn="false", timeout="3")

    caller.presses("1")
    await node.passes(0.1)
    assert caller.hears_now == {PROMPT}

    await caller.hears("Nothing came.")


async def test_the_timeout_counts_from_the_prompts_end(node: FakeNode) -> None:
    caller = await asked(node, timeout="5")
    await caller.until(lambda: caller.hears_now == set(), "hears it to its end")
    began = node.services.clock.monotonic()

    await caller.hears("Nothing came.")

    assert node.services.clock.monotonic() - began == pytest.approx(5, abs=0.05)


async def test_the_timeout_counts_anew_from_each_key(node: FakeNode) -> None:
    caller = await asked(node, timeout="5", numDigits="4")
    for key in "123":
        caller.presses(key)
        await node.passes(4.5)
    caller.presses("4")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1234"


async def test_the_action_is_asked_without_input_where_that_is_wanted(node: FakeNode) -> None:
    caller = await asked(node, timeout="1", actionOnEmptyResult="true")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == ""


async def test_keys_pressed_before_the_gather_are_its_first(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Say>Welcome.</Say>{gather(numDigits='1')[10:]}")
    await caller.hears("Welcome.")

    caller.presses("2")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "2"


async def test_who_hangs_up_while_keys_are_awaited_ends_the_flow(node: FakeNode) -> None:
    caller = await asked(node)
    caller.presses("1")

    caller.hangs_up()
    await node.settles()

    assert node.around.customer.was_asked(DONE) == []


async def test_masked_keys_are_told_to_the_customer_and_written_nowhere(node: FakeNode) -> None:
    caller = await asked(node, numDigits="4", mask="true")
    caller.presses("4711")
    await caller.hears("Goodbye.")
    await node.settles()

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "4711"
    assert "4" not in {event.facts["digit"] for event in await node.events(caller, "digit")}


@pytest.mark.parametrize("listened_for", ["speech", "dtmf speech"])
async def test_what_is_said_is_told_with_its_confidence(node: FakeNode, listened_for: str) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input=listened_for)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["SpeechResult"], params["Confidence"]) == ("support please", "0.90")


async def test_speech_stops_the_prompt(node: FakeNode) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input="speech")
    await node.passes(0.3)

    assert PROMPT not in caller.hears_now


async def test_what_is_understood_so_far_is_told_meanwhile(node: FakeNode) -> None:
    node.around.recognizer.said.append("support please")
    caller = await asked(node, input="speech", partialResultCallback=PARTIAL)
    await caller.hears("Goodbye.")

    assert [params["UnstableSpeechResult"] for params in node.around.customer.was_asked(PARTIAL)] == ["support"]


async def test_a_key_comes_before_speech_where_both_are_taken(node: FakeNode) -> None:
    caller = await asked(node, input="dtmf speech", numDigits="1")

    caller.presses("1")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1"


async def test_who_says_nothing_is_told_the_next_verb(node: FakeNode) -> None:
    caller = await asked(node, input="speech", timeout="3")

    await caller.hears("Nothing came.")


@pytest.mark.parametrize("listened_for", ["dtmf", "speech", "dtmf speech"])
async def test_who_hangs_up_meanwhile_leaves_no_failure_that_nobody_took(node: FakeNode, listened_for: str) -> None:
    untaken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: untaken.append(context))
    caller = await asked(node, input=listened_for)

    caller.hangs_up()
    await node.settles()
    gc.collect()

    assert untaken == []
