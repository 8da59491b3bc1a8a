"""Text: what is refused, how phone numbers are read, and that cutting loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpeechError
from tts.text import checked, spaced_digits, split_sentences, with_spelled_phone_numbers


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Bel +32 471 12 34 56.", "Bel plus 3 2, 4 7 1, 1 2, 3 4, 5 6."),
        ("Bel +32471123456!", "Bel plus 3 2 4 7 1 1 2 3 4 5 6!"),
        ("call +44 (0)20 7946-0018 now", "call plus 4 4, 0, 2 0, 7 9 4 6, 0 0 1 8 now"),
        ("+49 30 23125 001, bitte", "plus 4 9, 3 0, 2 3 1 2 5, 0 0 1, bitte"),
    ],
)
def test_a_phone_number_is_read_digit_by_digit_in_its_groups(text: str, spoken: str) -> None:
    assert with_spelled_phone_numbers(text) == spoken


@pytest.mark.parametrize(
    "text", ["5+3 is 8", "+12 graden", "a+32471123456", "1 234 567", "op 06-11-2026", "+1234567890123456"]
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert with_spelled_phone_numbers(text) == text


def test_spaced_digits_keep_the_groups_apart() -> None:
    assert spaced_digits("0471/12 34") == "0 4 7 1, 1 2, 3 4"


def test_control_characters_do_not_reach_an_engine() -> None:
    assert checked("een\x01\x9ftwee\n\n drie") == "een twee drie"


@pytest.mark.parametrize("text", ["", " ", "…?!", "\x01", "\udcff a"])
def test_what_cannot_be_said_is_refused(text: str) -> None:
    with pytest.raises(SpeechError):
        checked(text)


@given(st.text(st.sampled_from("ab .!?,\n"), max_size=300), st.integers(5, 40))
def test_splitting_loses_nothing_and_keeps_to_the_limit(text: str, limit: int) -> None:
    parts = split_sentences(text, limit)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= limit for part in parts)


def test_text_is_cut_at_sentences_where_it_can_be() -> None:
    assert split_sentences("Een zin. Twee zinnen. Drie.", 14) == ["Een zin.", "Twee zinnen.", "Drie."]


@given(st.text(max_size=200))
def test_no_text_breaks_the_phone_number_reader(text: str) -> None:
    assert isinstance(with_spelled_phone_numbers(text), str)
