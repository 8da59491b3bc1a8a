"""Whatever is written: nothing is lost, nothing grows without bounds, nothing takes long, and pictures are not said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpeechError
from engine.ports import Speech
from tts.reading import read_speech
from tts.script import ScriptUtterance
from tts.spoken.numbers import numbers_written_out
from tts.spoken.plain import as_said
from tts.spoken.unspoken import without_unspoken
from tts.text import checked

LANGUAGES = ["nl-NL", "nl-BE", "fr-FR", "fr-BE", "fr-CH", "de-DE", "en-GB", "en-US", "it-IT", "bg-BG"]
TRICKY = st.text(st.sampled_from("0123456789 .,:/-€$£%+'()uhUrEURdhrstM\u00a0"), max_size=120)


@given(text=st.one_of(st.text(max_size=100), TRICKY), language=st.sampled_from(LANGUAGES))
def test_any_text_becomes_a_text_of_bounded_length(text: str, language: str) -> None:
    said = as_said(text, language)

    assert len(said) <= 40 * len(text)
    assert len(numbers_written_out(said, language)) <= 40 * len(said)


@given(
    before=st.text(st.sampled_from("abcdefgxyzé "), max_size=20),
    middle=TRICKY,
    language=st.sampled_from(LANGUAGES),
)
def test_words_around_what_is_rewritten_stay(before: str, middle: str, language: str) -> None:
    said = as_said(f"{before} zwik {middle} zwak", language)

    assert said.startswith(f"{before} zwik ")
    assert said.endswith(" zwak")


@given(
    text=st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzäéß ,!?"), max_size=100),
    language=st.sampled_from(LANGUAGES),
)
def test_text_without_digits_and_full_stops_stays_as_written(text: str, language: str) -> None:
    if "svp" not in text:
        assert as_said(text, language) == text


@pytest.mark.parametrize("language", ["nl-BE", "fr-CH", "de-DE", "en-US"])
@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1.",
        "1/",
        "0 ",
        "0.0/",
        "€1 ",
        "1:",
        "a.b.",
        "A. ",
        "dhr. ",
        "Aa-",
        "01 234 567 ",
        "-",
        " ",
        "1 000",
        "1,5%",
    ],
)
def test_no_text_takes_long(language: str, piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    numbers_written_out(as_said("1 € 1:00 2026-05-12 etc.", language), language)  # what is loaded once

    began = time.process_time()
    numbers_written_out(as_said(text, language), language)

    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Dank u 😀!", "Dank u  !"),
        ("Ja❤️👍🏽 nee", "Ja   nee"),
        ("1️⃣ voor verkoop", "1 voor verkoop"),
        ("A → B", "A   B"),
        ("🇧🇪 België", "   België"),
        ("on\u200bzicht\u00adbaar\u2060", "onzichtbaar"),
        ("\u202eom\ue000", "om"),
        ("𝗩𝗲𝘁 Ａ１", "Vet A1"),
        ("20 °C, ™ en é", "20 °C, ™ en é"),
        ("Größe, naïef, œuvre, ελληνικά, مرحبا", "Größe, naïef, œuvre, ελληνικά, مرحبا"),
    ],
)
def test_pictures_and_what_is_invisible_are_left_out(written: str, said: str) -> None:
    assert without_unspoken(written) == said


def test_a_text_of_pictures_alone_can_not_be_said() -> None:
    with pytest.raises(SpeechError, match="nothing to say"):
        checked("😀👍")


def test_a_prompt_is_read_in_its_language() -> None:
    (part,) = read_speech(Speech("Vous devez 75,90 € 😀.", "fr-BE"), "fr-BE")

    assert isinstance(part, ScriptUtterance)
    assert part.words[0].text == "Vous devez septante-cinq euros nonante ."


def test_a_language_without_a_table_is_spoken_as_written() -> None:
    written = "Costa € 12,50 il 12/05/2026 alle 14:30, 3° piano."

    assert as_said(written, "it-IT") == written
    assert as_said("+39 06 123 4567", "it-IT") == "plus 3 9, 0 6, 1 2 3, 4 5 6 7"
