"""Numbers in words: where French counts otherwise than in France, and no digit is left for the voice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.spoken.numbers import numbers_written_out
from tts.spoken.numerals import cardinal, ordinal, year

WRITTEN_OUT = [
    ("fr-BE", "70, 75 et 79", "septante, septante-cinq et septante-neuf"),
    ("fr-BE", "71, 81 et 91", "septante et un, quatre-vingt-un et nonante et un"),
    ("fr-CH", "71, 81 et 91", "septante et un, huitante et un et nonante et un"),
    ("fr-FR", "71, 81 et 91", "soixante et onze, quatre-vingt-un et quatre-vingt-onze"),
    ("fr-BE", "1 298 personnes", "mille deux cent nonante-huit personnes"),
    ("fr-BE", "1.298 personnes", "mille deux cent nonante-huit personnes"),
    ("fr-CH", "1'298 personnes", "mille deux cent nonante-huit personnes"),
    ("fr-CH", "80 000 et 1 000 000", "huitante mille et un million"),
    ("fr-BE", "1,5 ou 12,75 ou 0,05", "un virgule cinq ou douze virgule septante-cinq ou zéro virgule zéro cinq"),
    ("fr-BE", "le 1er, le 2e, la 71ème", "le premier, le deuxième, la septante et unième"),
    ("fr-BE", "il fait -5 degrés", "il fait moins cinq degrés"),
    ("fr-BE", "sortie A70, route 7b", "sortie A septante, route sept b"),
    ("fr-BE", "code 0079", "code zéro zéro sept neuf"),
    ("fr-BE", "75%", "septante-cinq %"),
    ("fr-BE", "en 1998", "en mille neuf cent nonante-huit"),
    ("fr-BE", "les 3,5,7", "les trois virgule cinq,sept"),
    ("nl-BE", "1.101 of 12,25", "duizend honderdeen of twaalf komma vijfentwintig"),
    ("de-DE", "101.000 und 1,25", "einhunderteintausend und eins Komma zwei fünf"),
    ("en-GB", "1,234 or 1.25", "one thousand two hundred and thirty-four or one point two five"),
    ("bg-BG", "12 и 3,5", "12 и 3,5"),
]


@pytest.mark.parametrize(("language", "written", "spoken"), WRITTEN_OUT)
def test_every_number_becomes_words(language: str, written: str, spoken: str) -> None:
    assert numbers_written_out(written, language) == spoken


@given(
    language=st.sampled_from(["fr-FR", "fr-BE", "fr-CH", "nl-BE", "de-DE", "en-US"]),
    text=st.text(st.sampled_from("0123456789 .,'-/:%€eraABé"), max_size=60),
)
def test_no_digit_is_left(language: str, text: str) -> None:
    assert not re.search(r"\d", numbers_written_out(text, language))


@pytest.mark.parametrize("number", [*range(100), 171, 280, 1981, 71_000, 80_000, 90_000_000])
def test_only_switzerland_says_huitante(number: int) -> None:
    in_france, in_belgium = cardinal(number, "fr-FR"), cardinal(number, "fr-BE")
    in_switzerland = cardinal(number, "fr-CH")

    assert "soixante-dix" not in in_belgium + in_switzerland
    assert "quatre-vingt-dix" not in in_belgium + in_switzerland
    assert "soixante et onze" not in in_belgium + in_switzerland
    assert "huitante" not in in_belgium
    assert "quatre-vingt" not in in_switzerland
    if number < 70:
        assert in_france == in_belgium == in_switzerland


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("nl-NL", 1905, "negentienhonderdvijf"),
        ("nl-NL", 2000, "tweeduizend"),
        ("nl-NL", 1900, "negentienhonderd"),
        ("de-DE", 1905, "neunzehnhundertfünf"),
        ("de-DE", 800, "achthundert"),
        ("fr-BE", 1990, "mille neuf cent nonante"),
        ("en-GB", 1905, "nineteen oh-five"),
        ("en-US", 2005, "two thousand five"),
        ("en-GB", 2026, "twenty twenty-six"),
    ],
)
def test_years(language: str, number: int, words: str) -> None:
    assert year(number, language) == words


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("nl-NL", 1001, "duizend eerste"),
        ("nl-NL", 1000, "duizendste"),
        ("fr-FR", 200, "deux centième"),
        ("fr-CH", 75, "septante-cinquième"),
        ("de-DE", 3, "dritte"),
        ("en-GB", 101, "one hundred and first"),
    ],
)
def test_ordinals(language: str, number: int, words: str) -> None:
    assert ordinal(number, language) == words
