import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.hearing import SpokenTurn


@pytest.fixture
def turn() -> SpokenTurn:
    made = SpokenTurn()
    made.add("Good day.", 10.0, 1.0)
    made.add("You have three new messages.", 11.5, 2.0)
    return made


@pytest.mark.parametrize(
    ("position_s", "heard"),
    [
        (9.0, ""),
        (10.0, ""),
        (11.0, "Good day."),
        (11.5, "Good day."),
        (12.5, "Good day. You have three"),
        (13.4, "Good day. You have three new"),
        (13.5, "Good day. You have three new messages."),
        (99.0, "Good day. You have three new messages."),
    ],
)
def test_whole_sentences_are_told_exactly_and_words_within_one_by_time(
    turn: SpokenTurn, position_s: float, heard: str
) -> None:
    assert turn.heard(position_s) == heard


def test_pauses_between_sentences_are_no_speech_that_was_heard(turn: SpokenTurn) -> None:
    assert turn.heard_s(13.5) == pytest.approx(3.0)
    assert turn.heard_s(11.25) == pytest.approx(1.0)


@given(
    st.lists(st.tuples(st.text(alphabet="ab ", min_size=1), st.floats(0.1, 5)), min_size=1, max_size=5),
    st.floats(0, 30),
    st.floats(0, 30),
)
def test_who_listens_longer_has_heard_no_less(pieces: list[tuple[str, float]], one_s: float, other_s: float) -> None:
    turn = SpokenTurn()
    for text, seconds in pieces:
        turn.add(text, 0.0, seconds)
    early_s, late_s = sorted((one_s, other_s))

    assert turn.heard(late_s).split()[: len(turn.heard(early_s).split())] == turn.heard(early_s).split()
    assert turn.heard_s(early_s) <= turn.heard_s(late_s)
