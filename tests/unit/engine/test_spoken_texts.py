"""What the platform says to people: each text in each language, with its placeholders, in that language's letters."""

import string
from collections.abc import Iterator

import pytest

from engine.live.phrases import Phrase, others_present
from engine.model.consent import OF_RECORDING, Sentence, load_texts
from engine.model.disclosure import NAME, load_notice_texts
from engine.model.languages import LANGUAGES, REGION_OF_BARE_LANGUAGE

OF_LATIN = {
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåé",
    "de": "äöüß",
    "en": "",
    "es": "áéíñóúü",
    "et": "äõöüšž",
    "fi": "äöå",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "ga": "áéíóú",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àèéìòù",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "mt": "ċġħżà",
    "nb": "æøåéò",
    "nl": "éëïóöü",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõú",
    "ro": "ăâîșț",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sv": "åäöé",
    "tr": "çğıöşüâ",
}
"""What each alphabet has besides a to z."""
LATIN = {language: set(string.ascii_lowercase + more) for language, more in OF_LATIN.items()}
BULGARIAN = set("абвгдежзийклмнопрстуфхцчшщъьюя")
ALPHABETS = LATIN | {
    "ar": {chr(code) for code in range(0x0621, 0x0653)},
    "bg": BULGARIAN,
    "el": set("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"),
    "uk": BULGARIAN - set("ъ") | set("єіїґ"),
}
LANGUAGES_OF_OURS = sorted(REGION_OF_BARE_LANGUAGE)
CONSENT = load_texts()
NOTICES = load_notice_texts()


def texts(language: str) -> Iterator[str]:
    for phrase in Phrase:
        yield phrase.texts[language].replace("{count}", "")
    for sentence in Sentence:
        if language in CONSENT.texts[sentence]:
            yield CONSENT.texts[sentence][language]


@pytest.mark.parametrize("phrase", Phrase)
def test_every_phrase_is_spoken_in_the_calls_own_language(phrase: Phrase) -> None:
    assert {phrase.in_language(language, count=3).language for language in LANGUAGES} == LANGUAGES


def test_who_speaks_another_language_hears_english() -> None:
    assert Phrase.SORRY.in_language("ja-JP") == Phrase.SORRY.in_language("en-GB")


@pytest.mark.promise
def test_every_text_is_there_in_every_language_and_in_no_other() -> None:
    for tables in [phrase.texts for phrase in Phrase] + [CONSENT.texts[sentence] for sentence in OF_RECORDING]:
        assert sorted(tables) == LANGUAGES_OF_OURS
        assert all(text.strip() for text in tables.values())


@pytest.mark.parametrize("phrase", Phrase)
def test_a_number_has_its_place_in_the_phrase_that_tells_one_and_nothing_in_the_others(phrase: Phrase) -> None:
    wanted = {"count"} if phrase is Phrase.WITH_OTHERS else set()

    for text in phrase.texts.values():
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} == wanted


@pytest.mark.parametrize("language", LANGUAGES_OF_OURS)
def test_every_text_is_written_in_the_letters_of_its_language(language: str) -> None:
    for text in texts(language):
        letters = {letter for letter in text.lower() if letter.isalpha()}
        assert letters <= ALPHABETS[language], text


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_what_is_said_before_a_program_speaks_is_in_the_letters_of_its_language(language: str) -> None:
    letters = {letter for letter in NOTICES.texts[language].replace(NAME, "").lower() if letter.isalpha()}

    assert letters <= ALPHABETS[language]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "W konferencji nie ma innych uczestników."), (1, "W konferencji jest jeden inny uczestnik."),
     (2, "Liczba innych uczestników: 2."), (5, "Liczba innych uczestników: 5.")],
)  # fmt: skip
def test_how_many_others_are_there_is_right_for_any_number(count: int, said: str) -> None:
    assert others_present(count, "pl-PL").text == said
