"""What is said to ask for consent, in each of our languages, each text in a version."""

from dataclasses import astuple

import pytest

from engine.model.consent import ABOUT, OF_RECORDING, OwnText, Purpose, Sentence, load_texts
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


OF_OTHER_PURPOSES = sorted(set(Sentence) - set(OF_RECORDING))
ANNOUNCEMENTS = [each.announcement for each in ABOUT.values()]
QUESTIONS = [each.question for each in ABOUT.values()]


@pytest.mark.parametrize("sentence", OF_RECORDING)
def test_every_sentence_about_recording_is_said_in_the_calls_own_language(sentence: Sentence) -> None:
    for language in LANGUAGES:
        wording = TEXTS.wording(sentence, language)

        assert (wording.language, wording.version) == (language, TEXTS.versions[sentence])
        assert wording.text


@pytest.mark.parametrize("sentence", OF_OTHER_PURPOSES)
def test_sentences_about_other_purposes_are_said_in_four_languages(sentence: Sentence) -> None:
    assert sorted(TEXTS.texts[sentence]) == ["de", "en", "fr", "nl"]
    assert TEXTS.wording(sentence, "pl-PL").language == "en-GB"


def test_each_purpose_has_sentences_of_its_own_and_recording_with_streaming_too() -> None:
    alone = {frozenset({purpose}) for purpose in Purpose}

    assert set(ABOUT) == alone | {frozenset({Purpose.RECORDING, Purpose.STREAMING})}
    said = [sentence for each in ABOUT.values() for sentence in astuple(each)]
    assert sorted({*said, Sentence.WITHDRAWN, Sentence.ALL_WITHDRAWN}) == sorted(Sentence)
    assert len(said) == len(set(said))


def test_the_name_of_whose_program_listens_is_said() -> None:
    named = TEXTS.wording(Sentence.STREAM_ANNOUNCEMENT, "nl-BE", name="Bakkerij Zoë")
    nameless = TEXTS.wording(Sentence.STREAM_ANNOUNCEMENT, "nl-BE")

    assert "computerprogramma van Bakkerij Zoë." in named.text
    assert "computerprogramma van onze dienst." in nameless.text


@pytest.mark.parametrize("sentence", Sentence)
def test_no_placeholder_is_left_in_what_is_said(sentence: Sentence) -> None:
    for language in TEXTS.texts[sentence]:
        assert "{" not in TEXTS.wording(sentence, language).text


def test_who_speaks_another_language_hears_english() -> None:
    assert TEXTS.wording(Sentence.QUESTION, "ja-JP").language == "en-GB"


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_names_all_keys(question: Sentence) -> None:
    for text in TEXTS.texts[question].values():
        assert "1" in text
        assert "2" in text


@pytest.mark.parametrize("sentence", [*ANNOUNCEMENTS, *QUESTIONS])
def test_who_is_told_or_asked_hears_how_to_withdraw(sentence: Sentence) -> None:
    for language, text in TEXTS.texts[sentence].items():
        assert STAR_ZERO[language] in text


def test_an_accounts_own_text_goes_before_ours_in_its_language_only() -> None:
    own = {"nl": OwnText("AC1", Sentence.ANNOUNCEMENT, "nl", 3, "Wij nemen op.", NOON)}

    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).text == "Wij nemen op."
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).version == "account 3"
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "fr-FR", own).text == TEXTS.texts[Sentence.ANNOUNCEMENT]["fr"]
