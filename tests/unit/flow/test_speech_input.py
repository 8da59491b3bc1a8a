"""Gather with speech beside keys: who comes first is taken, and stops the others."""

import pytest

from engine.errors import FlowFailed
from engine.flow.plans import HearPlan, Spoken
from tests.unit.flow.acting import Customer, ScriptedStage, perform

HOME = "https://customer.example/home"
ACTION = "https://customer.example/action"
OVER = "<Response><Hangup/></Response>"
YES = Spoken("yes please", 0.91)


def gather(attributes: str, inside: str = "") -> Customer:
    return Customer(
        {HOME: f"<Response><Gather action='/action' {attributes}>{inside}</Gather><Say>nothing</Say></Response>",
         ACTION: OVER}
    )  # fmt: skip


def hearing(speech: tuple[float, Spoken] | None, **more: object) -> ScriptedStage:
    return ScriptedStage(speech=speech, recognized_languages=frozenset({"en-GB", "nl-NL"}), **more)  # type: ignore[arg-type]


def test_what_is_said_goes_to_action_and_stops_the_prompt() -> None:
    customer, stage = gather("input='speech'", "<Say loop='9'>Say yes or no</Say>"), hearing((3.0, YES))

    story = perform(HOME, stage, customer)

    assert customer.was_asked_for(ACTION) == {"SpeechResult": "yes please", "Confidence": "0.91"}
    assert story.count("said Say yes or no (en-GB)") == 1
    assert any("(interrupted)" in line for line in story)


def test_the_attributes_reach_the_recognizer() -> None:
    stage = hearing((1.0, YES))
    perform(HOME, stage, gather("input='speech' language='nl-NL' hints='ja, nee' speechTimeout='3' maxSpeechTime='9'"))

    [plan] = [plan for plan in stage.plans if isinstance(plan, HearPlan)]
    assert (plan.language, plan.hints, plan.end_silence_s, plan.longest_s) == ("nl-NL", ("ja", "nee"), 3, 9)


def test_partial_results_are_told_in_their_order() -> None:
    story = perform(HOME, hearing((1.0, YES)), gather("input='speech' partialResultCallback='/part'"))

    assert "told https://customer.example/part {'UnstableSpeechResult': 'yes', 'SequenceNumber': '0'}" in story


def test_a_key_comes_before_speech() -> None:
    customer = gather("input='dtmf speech' numDigits='1'")

    perform(HOME, hearing((3.0, YES), keys=[(1.0, "4")]), customer)

    assert customer.was_asked_for(ACTION) == {"Digits": "4"}


def test_speech_that_began_in_time_is_heard_to_its_end() -> None:
    customer = gather("input='dtmf speech' timeout='2'")

    perform(HOME, hearing((1.5, YES)), customer)

    assert customer.was_asked_for(ACTION)["SpeechResult"] == "yes please"


def test_nobody_speaks_and_the_flow_goes_on() -> None:
    assert "said nothing (en-GB)" in perform(HOME, hearing(None), gather("input='speech' timeout='2'"))


def test_without_a_recognizer_keys_are_taken_beside_speech() -> None:
    customer = gather("input='dtmf speech' numDigits='1'")

    perform(HOME, ScriptedStage(keys=[(1.0, "4")]), customer)

    assert customer.was_asked_for(ACTION) == {"Digits": "4"}


def test_without_a_recognizer_speech_alone_is_refused_with_what_to_do() -> None:
    with pytest.raises(FlowFailed, match="TELEFOON_RECOGNIZER"):
        perform(HOME, ScriptedStage(), gather("input='speech'"))


def test_the_recognizer_takes_what_the_language_of_another_region_says() -> None:
    stage = hearing((1.0, YES))

    perform(HOME, stage, gather("input='speech' language='en-AU'"))

    assert [plan.language for plan in stage.plans if isinstance(plan, HearPlan)] == ["en-GB"]


def test_a_language_that_the_recognizer_does_not_know_is_refused_where_there_are_no_keys() -> None:
    with pytest.raises(FlowFailed, match="the recognizer does not understand ga-IE"):
        perform(HOME, hearing((1.0, YES)), gather("input='speech' language='ga'"))


def test_keys_are_taken_beside_speech_that_the_recognizer_does_not_know_and_it_is_told() -> None:
    customer = gather("input='dtmf speech' numDigits='1' language='ga'")

    story = perform(HOME, hearing((1.0, YES), keys=[(3.0, "4")]), customer)

    assert customer.was_asked_for(ACTION) == {"Digits": "4"}
    assert "noted speech_not_heard: the recognizer does not understand ga-IE" in story


def test_a_language_that_is_none_of_ours_is_listened_to_as_the_calls() -> None:
    stage = hearing((1.0, YES))

    story = perform(HOME, stage, gather("input='speech' language='ja-JP'"))

    assert [plan.language for plan in stage.plans if isinstance(plan, HearPlan)] == ["en-GB"]
    assert any(line.startswith("noted spoken_otherwise") for line in story)


def test_masked_speech_is_hidden_in_the_request() -> None:
    customer = gather("input='speech' mask='true' partialResultCallback='/part'")

    story = perform(HOME, hearing((1.0, YES)), customer)

    assert customer.hidden == {"SpeechResult", "Confidence"}
    assert "told" not in str(story)
    assert story.index("hidden") < story.index("shown again")
