"""Gather: which keys are taken, and what stops the prompts."""

import asyncio
import gc

import pytest

from engine.testing.node import FakeNode
from tests.unit.live.gathers import PROMPT, asked, gather
from tests.unit.live.words import DONE

SOUND = "https://customer.example/menu.wav"


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finished_on"),
    [
        ({"numDigits": "1"}, "1", "1", None),
        ({"numDigits": "4"}, "1234", "1234", None),
        ({"numDigits": "4"}, "12#", "12", "#"),
        ({"numDigits": "2"}, "1234", "12", None),
        ({}, "123#", "123", "#"),
        ({"finishOnKey": "*"}, "12#3*", "12#3", "*"),
        ({"finishOnKey": "", "numDigits": "3"}, "1#*", "1#*", None),
        ({"finishOnKey": ""}, "#*", "#*", None),
        ({"timeout": "2"}, "12", "12", None),
    ],
)
async def test_keys_are_taken_until_enough_the_end_key_or_the_timeout(
    node: FakeNode, attributes: dict[str, str], keys: str, digits: str, finished_on: str | None
) -> None:
    caller = await asked(node, **attributes)

    caller.presses(keys)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["Digits"], params.get("FinishedOnKey")) == (digits, finished_on)


async def test_the_end_key_alone_is_no_input(node: FakeNode) -> None:
    caller = await asked(node)

    caller.presses("#")
    await caller.hears("Nothing came.")

    assert node.around.customer.was_asked(DONE) == []


async def test_the_first_key_stops_the_prompt(node: FakeNode) -> None:
    caller = await asked(node, numDigits="2")

    caller.presses("1")
    await node.passes(0.1)

    assert caller.hears_now == set()


async def test_a_key_stops_the_prompts_that_would_follow_too(node: FakeNode) -> None:
    caller = await node.is_called(gather("<Say>Menu.</Say><Say>More.</Say>", numDigits="1"))
    await caller.hears("Menu.")

    caller.presses("1")
    await caller.is_hung_up()

    assert caller.heard == ["Menu.", "Goodbye."]


async def test_a_key_in_the_silence_after_the_prompt_counts(node: FakeNode) -> None:
    caller = await asked(node, numDigits="1")
    await caller.until(lambda: caller.hears_now == set(), "hears it to its end")
    await node.passes(4.9)

    caller.presses("1")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1"


async def test_a_prompt_that_fails_does_not_end_the_input(node: FakeNode) -> None:
    node.around.media.missing.add(SOUND)
    caller = await node.is_called(gather(f"<Play>{SOUND}</Play>", numDigits="1"))
    await caller.is_answered()
    await node.passes(3)

    caller.presses("1")
    await caller.hears("Goodbye.")
    await node.settles()

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1"
    assert [event.facts["url"] for event in await node.events(caller, "prompt_failed")] == [SOUND]


async def test_without_barge_in_the_prompt_is_heard_to_its_end_and_keys_meanwhile_are_forgotten(
    node: FakeNode,
) -> None:
    caller = await asked(node, numDigits="1", bargeIn="false", timeout="3")

    caller.presses("1")
    await node.passes(0.1)
    assert caller.hears_now == {PROMPT}

    await caller.hears("Nothing came.")


async def test_without_barge_in_a_key_after_the_prompt_counts(node: FakeNode) -> None:
    caller = await asked(node, numDigits="1", bargeIn="false")
    caller.presses("1")
    await caller.until(lambda: caller.hears_now == set(), "hears it to its end")
    await node.passes(1)

    caller.presses("2")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "2"


@pytest.mark.parametrize(("attributes", "timeout_s"), [({}, 5), ({"timeout": "4"}, 4)])
async def test_the_timeout_counts_from_the_prompts_end(
    node: FakeNode, attributes: dict[str, str], timeout_s: float
) -> None:
    caller = await asked(node, **attributes)
    await caller.until(lambda: caller.hears_now == set(), "hears it to its end")
    began = node.services.clock.monotonic()

    await caller.hears("Nothing came.")

    assert node.services.clock.monotonic() - began == pytest.approx(timeout_s, abs=0.05)


async def test_the_timeout_counts_from_the_end_of_the_last_prompt(node: FakeNode) -> None:
    caller = await node.is_called(gather("<Say>Menu.</Say><Pause length='3'/><Say>More.</Say>", timeout="4"))
    await caller.hears("Menu.")
    began = node.services.clock.monotonic()

    await caller.hears("Nothing came.")

    assert caller.heard == ["Menu.", "More.", "Nothing came."]
    assert node.services.clock.monotonic() - began == pytest.approx(0.5 + 3 + 0.5 + 4, abs=0.05)


async def test_the_timeout_counts_anew_from_each_key(node: FakeNode) -> None:
    caller = await asked(node, timeout="5", numDigits="4")
    for key in "123":
        caller.presses(key)
        await node.passes(4.5)
    caller.presses("4")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "1234"


async def test_a_key_that_comes_too_late_is_not_taken(node: FakeNode) -> None:
    caller = await asked(node, timeout="4")
    for key in "123":
        caller.presses(key)
        await node.passes(3)

    await node.passes(2)
    caller.presses("4")
    await caller.is_hung_up()

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "123"


async def test_without_an_action_the_same_document_is_asked_again_with_what_came(node: FakeNode) -> None:
    home = "https://customer.example/voice/1"
    caller = await asked(node, numDigits="1", action="")
    node.around.customer.documents[home] = "<Response><Hangup/></Response>"

    caller.presses("5")
    await caller.is_hung_up()

    first, again = [asked for asked in node.around.customer.asked if asked.url == home]
    assert (first.method, first.params.get("Digits")) == ("POST", None)
    assert (again.method, again.params.get("Digits")) == ("POST", "5")


async def test_without_an_action_an_inline_flow_goes_on_with_the_next_verb(node: FakeNode) -> None:
    called = await node.calls("+3225550111", "<Response><Gather numDigits='1'/><Say>Thanks.</Say></Response>")
    called.answers()
    await called.is_answered()

    called.presses("5")
    await called.is_hung_up()

    assert called.heard == ["Thanks."]


async def test_the_action_may_be_asked_with_get(node: FakeNode) -> None:
    caller = await asked(node, numDigits="1", method="GET")

    caller.presses("5")
    await caller.hears("Goodbye.")

    [asking] = [asked for asked in node.around.customer.asked if asked.url == DONE]
    assert (asking.method, asking.params["Digits"]) == ("GET", "5")


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


async def test_who_hangs_up_during_the_prompt_ends_the_flow(node: FakeNode) -> None:
    caller = await asked(node)

    caller.hangs_up()
    await node.settles()

    assert caller.heard == [PROMPT]
    assert node.around.customer.was_asked(DONE) == []


async def test_masked_keys_are_told_to_the_customer_and_written_nowhere(node: FakeNode) -> None:
    caller = await asked(node, numDigits="4", mask="true")
    caller.presses("4711")
    await caller.hears("Goodbye.")
    await node.settles()

    [params] = node.around.customer.was_asked(DONE)
    assert params["Digits"] == "4711"
    assert "4" not in {event.facts["digit"] for event in await node.events(caller, "digit")}


@pytest.mark.parametrize("listened_for", ["dtmf", "speech", "dtmf speech"])
async def test_who_hangs_up_meanwhile_leaves_no_failure_that_nobody_took(node: FakeNode, listened_for: str) -> None:
    untaken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: untaken.append(context))
    caller = await asked(node, input=listened_for)

    caller.hangs_up()
    await node.settles()
    gc.collect()

    assert untaken == []
