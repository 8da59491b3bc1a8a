"""Where a long prompt is cut, so that its first sentence sounds while the others are made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.pieces import FIRST_CHARACTERS, LATER_CHARACTERS, pieces
from tts.script import Manner, Script, ScriptUtterance, ScriptWords, Silence, of_plain_text


def text_of(script: Script) -> str:
    return " ".join("".join(words.text for words in part.words) for part in script if isinstance(part, ScriptUtterance))


def said(text: str) -> list[str]:
    return [text_of(piece) for piece in pieces(of_plain_text(text, "nl-NL", None))]


def test_a_short_prompt_is_one_piece() -> None:
    assert said("Goedemorgen. U spreekt.") == ["Goedemorgen. U spreekt."]


def test_the_first_piece_is_the_first_sentence_that_has_some_words_and_the_others_are_longer() -> None:
    first = "Dag, hier de klantendienst."
    rest = ["Al onze medewerkers zijn in gesprek."] * 12

    cut = said(" ".join([first, *rest]))

    assert cut[0] == first
    assert all(len(each) >= LATER_CHARACTERS for each in cut[1:-1])
    assert len(cut) == 4


def test_a_sentence_may_end_with_a_figure() -> None:
    assert len(said("Kies voor onze verkoop het cijfer 1. Kies voor facturen 2.")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Bel naar het kantoor van dr. Peeters of van nr. 3 op nr. 12 als u wilt.",
        "Het kost 12.50 euro per maand tot en met 31.12.2026 en daarna 15 euro per maand.",
    ],
)
def test_an_abbreviation_or_a_number_is_no_end_of_a_sentence(text: str) -> None:
    assert said(text) == [text]


def test_a_pause_stays_with_what_was_said_before_it() -> None:
    script = (
        ScriptUtterance("nl-NL", (ScriptWords("Een lange zin om mee te beginnen."),)),
        Silence(500),
        *of_plain_text("Nu.", "nl-NL", None),
    )

    assert pieces(script) == (script[:2], script[2:])


def test_words_keep_their_manner_and_voice_on_both_sides_of_a_cut() -> None:
    loud = Manner(volume=120)
    utterance = ScriptUtterance(
        "nl-NL", (ScriptWords("Welkom bij onze vereniging! Let", loud), ScriptWords(" op de trap.")), "gmw/nl+f2"
    )

    first, second = pieces((utterance,))

    assert first == (ScriptUtterance("nl-NL", (ScriptWords("Welkom bij onze vereniging!", loud),), "gmw/nl+f2"),)
    assert second == (ScriptUtterance("nl-NL", (ScriptWords("Let", loud), ScriptWords(" op de trap.")), "gmw/nl+f2"),)


@given(st.lists(st.sampled_from(["Dag.", "Wat een mooie zin is dit!", "3.5", "bel nr. 5", "Été?", "…", "„Ja”", "en"])))
def test_nothing_is_lost_and_the_first_piece_has_some_words(words: list[str]) -> None:
    text = " ".join(["Begin", *words])

    cut = said(text)

    assert " ".join(cut) == text
    assert len(cut) == 1 or len(cut[0]) >= FIRST_CHARACTERS
