"""Gather with speech beside keys: what the recognizer is asked for, and what the customer is told.

Who comes first, and what that stops, is in tests/unit/live/test_gather_speech.py.
"""

import pytest

from engine.errors import FlowFailed
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import HearPlan, Spoken
from tests.unit.flow.noted_actions import NotedActions
from tests.unit.flow.performing import next_after

YES = Spoken("yes please", 0.91)


def gather(attributes: str) -> str:
    return f"<Gather action='/action' {attributes}/>"


def hearing(spoken: Spoken | None = YES, *, digit: str | None = None) -> NotedActions:
    """A call whose far end says, or presses, this; where English and Dutch are understood."""
    return NotedActions(recognized=["en-GB", "nl-NL"], hear=spoken, digit=digit)


def heard(actions: NotedActions) -> HearPlan:
    """What the recognizer was asked for, once."""
    [plan] = actions.asked_to("hear")
    assert isinstance(plan, HearPlan)
    return plan


async def test_what_is_said_goes_to_action() -> None:
    following = await next_after(gather("input='speech'"), hearing())

    assert following == GoTo("/action", HttpMethod.POST, {"SpeechResult": "yes please", "Confidence": "0.91"})


async def test_the_attributes_reach_the_recognizer() -> None:
    actions = hearing()

    await next_after(
        gather("input='speech' language='nl-NL' hints='ja, nee' speechTimeout='3' maxSpeechTime='9'"), actions
    )

    plan = heard(actions)
    assert (plan.language, plan.hints, plan.end_silence_s, plan.longest_s) == ("nl-NL", ("ja", "nee"), 3, 9)


async def test_partial_results_are_told_in_their_order() -> None:
    actions = hearing()
    await next_after(gather("input='speech' partialResultCallback='/part'"), actions)
    understood = heard(actions).partial
    assert understood is not None
    actions.asked.clear()

    for text in ("", "yes", "yes please"):
        await understood(text)

    assert actions.asked == [
        ("tell", "https://customer.example/part", "POST", {"UnstableSpeechResult": text, "SequenceNumber": number})
        for number, text in [("0", "yes"), ("1", "yes please")]
    ]


async def test_without_a_recognizer_keys_are_taken_beside_speech() -> None:
    actions = NotedActions(digit="4")

    following = await next_after(gather("input='dtmf speech' numDigits='1'"), actions)

    assert following == GoTo("/action", HttpMethod.POST, {"Digits": "4"})
    assert actions.asked_to("hear") == []


async def test_without_a_recognizer_speech_alone_is_refused_with_what_to_do() -> None:
    with pytest.raises(FlowFailed, match="TELEFOON_RECOGNIZER"):
        await next_after(gather("input='speech'"), NotedActions())


async def test_the_recognizer_takes_what_the_language_of_another_region_says() -> None:
    actions = hearing()

    await next_after(gather("input='speech' language='en-AU'"), actions)

    assert heard(actions).language == "en-GB"


async def test_a_language_that_the_recognizer_does_not_know_is_refused_where_there_are_no_keys() -> None:
    with pytest.raises(FlowFailed, match="the recognizer does not understand ga-IE"):
        await next_after(gather("input='speech' language='ga'"), hearing())


async def test_keys_are_taken_beside_speech_that_the_recognizer_does_not_know_and_it_is_told() -> None:
    actions = hearing(digit="4")

    following = await next_after(gather("input='dtmf speech' numDigits='1' language='ga'"), actions)

    assert following == GoTo("/action", HttpMethod.POST, {"Digits": "4"})
    assert ("note", "speech_not_heard", {"reason": "the recognizer does not understand ga-IE"}) in actions.asked


async def test_a_language_that_is_none_of_ours_is_listened_to_as_the_calls() -> None:
    actions = hearing()

    await next_after(gather("input='speech' language='ja-JP'"), actions)

    assert heard(actions).language == "en-GB"
    assert actions.asked_to("note") == ["spoken_otherwise"]


async def test_masked_speech_is_hidden_in_the_request_and_told_to_nobody_meanwhile() -> None:
    actions = hearing()

    following = await next_after(gather("input='speech' mask='true' partialResultCallback='/part'"), actions)
    understood = heard(actions).partial
    assert understood is not None
    await understood("yes")

    assert isinstance(following, GoTo)
    assert following.hidden == {"SpeechResult", "Confidence"}
    assert heard(actions).hidden
    assert actions.asked_to("tell") == []
    assert actions.asked_to("hide") == [True, False]
