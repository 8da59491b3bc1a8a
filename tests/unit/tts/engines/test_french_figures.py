"""French numerals in figures, as Pico reads them best."""

import pytest

from tts.engines.french_figures import with_figures
from tts.spoken.numerals import cardinal


@pytest.mark.parametrize("number", [17, 18, 19, 21, 35, 69, 70, 71, 77, 80, 81, 90, 91, 97, 99])
def test_a_compound_numeral_becomes_figures(number: int) -> None:
    assert with_figures(f"Il y a {cardinal(number, 'fr-FR')} messages.") == f"Il y a {number} messages."


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("Quatre-vingts messages", "80 messages"),
        ("vingt-et-un messages", "21 messages"),
        ("deux mille vingt-six", "deux mille 26"),
        ("cent vingt-cinq euros", "cent 25 euros"),
        ("quatre-vingt mille", "80 mille"),
        ("dix-sept heures trente", "17 heures trente"),
    ],
)
def test_however_it_is_written_and_within_larger_numbers(said: str, figures: str) -> None:
    assert with_figures(said) == figures


@pytest.mark.parametrize(
    "text",
    [
        "le vingt et unième",
        "vingt et une heures",
        "septante-cinq",
        "nonante-neuf",
        "quatre",
        "un dix",
        "avant-dix-sept",
    ],
)
def test_all_else_stays_in_words(text: str) -> None:
    assert with_figures(text) == text
