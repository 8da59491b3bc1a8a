"""What is said about recording, in each of our languages, each text in a version."""

import pytest

from engine.model.consent import OwnText, Sentence, load_texts
from engine.model.languages import LANGUAGES
from tests.unit.store.samples import NOON

TEXTS = load_texts()
STAR_ZERO = {
    "nl": "de ster en de nul",
    "fr": "étoile zéro",
    "de": "die Sterntaste und dann die Null",
    "en": "star zero",
    "ar": "النجمة ثم الصفر",
    "bg": "звездичка нула",
    "cs": "hvězdičku a nulu",
    "da": "stjerne nul",
    "el": "αστερίσκο μηδέν",
    "es": "asterisco cero",
    "et": "tärni ja nulli",
    "fi": "tähteä ja nollaa",
    "ga": "réiltín náid",
    "hr": "zvjezdicu i nulu",
    "hu": "csillag, majd a nulla",
    "is": "stjörnu og núll",
    "it": "asterisco zero",
    "lt": "žvaigždutę ir nulį",
    "lv": "zvaigznīti un nulli",
    "mt": "stilla żero",
    "nb": "stjerne null",
    "pl": "gwiazdkę i zero",
    "pt": "asterisco zero",
    "ro": "steluță zero",
    "sk": "hviezdičku a nulu",
    "sl": "zvezdico in ničlo",
    "sv": "stjärna noll",
    "tr": "yıldız ve sıfır",  # noqa: RUF001
    "uk": "зірочку та нуль",
}


@pytest.mark.parametrize("sentence", Sentence)
def test_every_sentence_is_said_in_the_calls_own_language(sentence: Sentence) -> None:
    for language in LANGUAGES:
        wording = TEXTS.wording(sentence, language)

        assert (wording.language, wording.version) == (language, TEXTS.versions[sentence])
        assert wording.text


def test_who_speaks_another_language_hears_english() -> None:
    assert TEXTS.wording(Sentence.QUESTION, "ja-JP").language == "en-GB"


def test_the_question_names_all_keys() -> None:
    for text in TEXTS.texts[Sentence.QUESTION].values():
        assert "1" in text
        assert "2" in text


@pytest.mark.parametrize("sentence", [Sentence.ANNOUNCEMENT, Sentence.QUESTION])
def test_who_is_told_or_asked_hears_how_to_withdraw(sentence: Sentence) -> None:
    for language, text in TEXTS.texts[sentence].items():
        assert STAR_ZERO[language] in text


def test_an_accounts_own_text_goes_before_ours_in_its_language_only() -> None:
    own = {"nl": OwnText("AC1", Sentence.ANNOUNCEMENT, "nl", 3, "Wij nemen op.", NOON)}

    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).text == "Wij nemen op."
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).version == "account 3"
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "fr-FR", own).text == TEXTS.texts[Sentence.ANNOUNCEMENT]["fr"]
