"""Whatever a program orders and a person does, in any order: what always holds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.agents.pieces import SpokenSentence
from engine.flow.program_plans import AgentPlan, InterruptedBy, Sensitivity
from tests.unit.agents.talk import AgentTalk

plans = st.builds(
    AgentPlan,
    url=st.just("wss://agent.example/"),
    welcome=st.sampled_from(["", "Welcome. I am a machine."]),
    interruptible=st.sampled_from(InterruptedBy),
    welcome_interruptible=st.sampled_from(InterruptedBy),
    sensitivity=st.sampled_from(Sensitivity),
    reports_while_speaking=st.sampled_from(InterruptedBy),
    preemptible=st.booleans(),
    tells_keys=st.booleans(),
    partial_prompts=st.booleans(),
    ignores_backchannel=st.booleans(),
    debug=st.sampled_from([frozenset(), frozenset({"speaker-events", "tokens-played"})]),
)
tokens = st.sampled_from(["Hello. ", "and ", "then", " it is over. Or not?", "", "3. ", "\n"])
orders = st.sampled_from(
    [
        '{"type": "play", "source": "https://agent.example/a.wav", "loop": 0}',
        '{"type": "play", "source": "https://agent.example/b.wav", "preemptible": true}',
        '{"type": "sendDigits", "digits": "1w2"}',
        '{"type": "language", "ttsLanguage": "fr-FR"}',
        '{"type": "end"}',
        "{",
    ]
)
steps = st.one_of(
    st.tuples(st.just("text"), tokens, st.booleans()),
    st.tuples(st.just("order"), orders),
    st.tuples(st.just("speak"), st.sampled_from(["Stop it now.", "Mhm.", ""])),
    st.tuples(st.just("press")),
    st.tuples(st.just("fail")),
    st.tuples(st.just("pass"), st.floats(0, 5)),
)


def _step(talk: AgentTalk, step: tuple[object, ...]) -> None:
    match step:
        case ("text", str(token), bool(last)):
            talk.text(token, last=last)
        case ("order", str(order)):
            talk.send(order)
        case ("speak", str(text)):
            talk.speak(text)
        case ("press",):
            talk.press("1")
        case ("fail",) if talk.performing is not None:
            talk.fail("It can't be had.")
        case ("pass", float(seconds)):
            talk.pass_s(seconds)


@given(plans, st.lists(steps, max_size=25))
def test_one_piece_at_a_time_and_nothing_after_the_end(plan: AgentPlan, done: list[tuple[object, ...]]) -> None:
    talk = AgentTalk(plan)  # which asserts that a piece begins only where none is being performed

    for step in done:
        before = len(talk.performed)
        was_over = talk.is_over
        _step(talk, step)
        assert not (was_over and len(talk.performed) > before)

    notices = [each["value"] for each in talk.of_type("info") if each["name"] == "agentSpeaking"]
    assert all(first != second for first, second in pairwise(notices))


@given(plans, st.lists(steps, max_size=25))
def test_what_is_told_as_heard_are_words_that_were_said(plan: AgentPlan, done: list[tuple[object, ...]]) -> None:
    talk = AgentTalk(plan)

    for step in done:
        _step(talk, step)

    said = " ".join(each.text for each in talk.performed if isinstance(each, SpokenSentence))
    for each in talk.of_type("interrupt"):
        assert each["utteranceUntilInterrupt"] in said


@given(st.lists(st.text("abc .!?\n", max_size=12), max_size=12))
def test_no_word_of_an_uninterrupted_turn_is_lost(pieces: list[str]) -> None:
    talk = AgentTalk()

    for token in pieces:
        talk.text(token)
    talk.text("", last=True)
    talk.pass_s(1000)

    assert " ".join(talk.said).split() == "".join(pieces).split() or "".join(talk.said).replace(" ", "") == "".join(
        "".join(pieces).split()
    )
