"""What <say-as> holds: the formats of dates, times, amounts and numbers, and what becomes of the unreadable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.script import ScriptUtterance
from tts.spoken.say_as import LETTER_BY_LETTER, SayAs, is_kind, said_as
from tts.ssml import of_ssml

READ = [
    ("nl-NL", "date", "mdy", "5/12/2026", "twaalf mei tweeduizend zesentwintig"),
    ("de-DE", "date", "", "12/05/2026", "zwölfter Mai zweitausendsechsundzwanzig"),
    ("de-DE", "date", "dmy", "12.05.26", "zwölfter Mai zweitausendsechsundzwanzig"),
    ("en-GB", "date", "", "20260512", "the twelfth of May twenty twenty-six"),
    ("en-US", "date", "", "5/12/1969", "May twelfth, nineteen sixty-nine"),
    ("en-US", "date", "md", "05-12", "May twelfth"),
    ("fr-FR", "date", "ym", "2026-05", "mai deux mille vingt-six"),
    ("nl-BE", "date", "", "5/2026", "mei tweeduizend zesentwintig"),
    ("de-DE", "date", "y", "1999", "neunzehnhundertneunundneunzig"),
    ("fr-FR", "date", "d", "1", "premier"),
    ("de-DE", "date", "m", "5", "Mai"),
    ("nl-NL", "date", "", "12 mei 2026", "12 mei 2026"),
    ("it-IT", "date", "", "2026-05-12", "12 maggio 2026"),
    ("nl-NL", "vxml:date", "", "20261123", "drieëntwintig november tweeduizend zesentwintig"),
    ("nl-NL", "date", "", "31/02/2026", None),
    ("nl-NL", "date", "dmy", "12/2026", None),
    ("nl-NL", "date", "hms", "12/05/2026", None),
    ("nl-BE", "time", "hms24", "14:30:15", "veertien uur dertig en vijftien seconden"),
    ("en-US", "time", "hms12", "2:30pm", "two thirty PM"),
    ("en-GB", "time", "", "0130p", "one thirty PM"),
    ("de-DE", "time", "", "14.30", "vierzehn Uhr dreißig"),
    ("it-IT", "time", "", "14:30", "14:30"),
    ("nl-NL", "time", "", "25:99", None),
    ("nl-NL", "telephone", "", "0471 12 34", " 0 4 7 1, 1 2, 3 4 "),
    ("nl-NL", "telephone", "32", "0470123456", " nul vierhonderdzeventig, twaalf, vierendertig, zesenvijftig "),
    ("nl-NL", "telephone", "+32", "+32470123456", " plus 3 2, 4 7 0, 1 2, 3 4, 5 6 "),
    ("en-US", "telephone", "", "1+", " 1, plus "),
    ("fr-FR", "telephone", "BE", "02 123 45 67", " zéro deux, cent vingt-trois, quarante-cinq, soixante-sept "),
    ("nl-NL", "telephone", "", "geen", None),
    ("nl-NL", "currency", "", "EUR 12.50", "twaalf euro vijftig"),
    ("fr-FR", "currency", "", "12,50 EUR", "douze euros cinquante"),
    ("en-US", "currency", "", "USD45", "forty-five dollars"),
    ("de-DE", "currency", "EUR", "12", "zwölf Euro"),
    ("nl-NL", "currency", "", "45 SEK", "vijfenveertig Zweedse kronen"),
    ("it-IT", "currency", "", "12,50 EUR", "12,50 euro"),
    ("en-GB", "currency", "", "1,000 JPY", "one thousand yen"),
    ("nl-NL", "currency", "", "QQQ 5", None),
    ("fr-CH", "cardinal", "", "81", "huitante et un"),
    ("nl-NL", "number", "", "1.234,5", "duizend tweehonderdvierendertig komma vijf"),
    ("de-DE", "number", "ordinal", "3", "dritter"),
    ("nl-NL", "number", "digits", "12", " 1 2 "),
    ("it-IT", "cardinal", "", "12", "12"),
    ("nl-NL", "cardinal", "", "twaalf", None),
    ("en-GB", "ordinal", "", "21st", "twenty-first"),
    ("fr-BE", "ordinal", "", "91", "nonante et unième"),
    ("it-IT", "ordinal", "", "3", "terzo"),
    ("mt-MT", "ordinal", "", "3", "3"),
    ("nl-NL", "ordinal", "", "0", None),
    ("nl-NL", "unit", "", "5 km", "vijf kilometer"),
    ("fr-FR", "unit", "", "21 h", "vingt et une heures"),
    ("de-DE", "unit", "", "1 kWh", "eine Kilowattstunde"),
    ("de-DE", "unit", "", "10 foo", "10 foo"),
    ("nl-NL", "digits", "", "12-34", " 1 2, 3 4 "),
]


@pytest.mark.parametrize(("language", "kind", "form", "text", "spoken"), READ)
def test_it_is_said_as_what_it_is(language: str, kind: str, form: str, text: str, spoken: str | None) -> None:
    assert said_as(SayAs(kind, form, text, language)) == spoken


def heard(document: str, language: str = "nl-NL") -> tuple[str, list[str]]:
    """The words, and what was noted."""
    notes: list[str] = []
    parts = of_ssml(document, language, None, notes.append)
    words = "".join(words.text for part in parts if isinstance(part, ScriptUtterance) for words in part.words)
    return words.strip(), notes


@pytest.mark.parametrize(
    ("kind", "text", "noted"),
    [
        ("date", "31/02/2026", "can't be read as a date"),
        ("time", "straks", "can't be read as a time"),
        ("currency", "gratis", "can't be read as a currency"),
        ("mood", "blij", "'interpret-as' is 'mood'"),
    ],
)
def test_what_can_not_be_read_is_spoken_as_written_and_noted(kind: str, text: str, noted: str) -> None:
    words, notes = heard(f'<say-as interpret-as="{kind}">{text}</say-as>')

    assert words == text
    assert [noted in note for note in notes] == [True]


def test_a_german_day_agrees_with_the_word_before_it() -> None:
    said, notes = heard('Am <say-as interpret-as="date" format="dm">12.05.</say-as> um neun', "de-DE")

    assert (said, notes) == ("Am zwölften Mai um neun", [])


@pytest.mark.parametrize("kind", ["address", "name"])
def test_abbreviations_in_an_address_are_words(kind: str) -> None:
    assert heard(f'<say-as interpret-as="{kind}">Kerkstr. 5</say-as>') == ("Kerkstraat 5", [])


def test_what_is_spelled_is_not_rewritten() -> None:
    assert heard('<say-as interpret-as="characters">€5 dhr. X</say-as>') == ("€5 dhr. X", [])


@given(
    kind=st.sampled_from(
        ["date", "time", "telephone", "currency", "cardinal", "number", "ordinal", "digits", "unit", "name"]
    ),
    form=st.sampled_from(["", "dmy", "ym", "y", "hms12", "32", "EUR", "ordinal", "?"]),
    text=st.one_of(st.text(max_size=30), st.text(st.sampled_from("0123456789 .,:/-€+EURpm"), max_size=30)),
    language=st.sampled_from(["nl-BE", "fr-CH", "de-DE", "en-US", "it-IT", "mt-MT", "ar-EG", "nb-NO", "pl-PL"]),
)
def test_whatever_it_holds_gives_words_or_none(kind: str, form: str, text: str, language: str) -> None:
    assert is_kind(kind)
    assert kind not in LETTER_BY_LETTER
    said = said_as(SayAs(kind, form, text, language))
    assert said is None or len(said) <= 40 * len(text) + 100
