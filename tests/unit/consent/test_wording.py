"""What is said about recording, in four languages, each text in a version."""

import pytest

from engine.consent import OwnText, Sentence, load_texts
from engine.phrases import Phrase
from tests.unit.store.samples import NOON

TEXTS = load_texts()


@pytest.mark.parametrize("sentence", Sentence)
@pytest.mark.parametrize("language", ["nl-BE", "fr-CH", "de-AT", "en-IE"])
def test_every_sentence_is_said_in_the_calls_own_language(sentence: Sentence, language: str) -> None:
    wording = TEXTS.wording(sentence, language)

    assert (wording.language, wording.version) == (language, TEXTS.versions[sentence])
    assert wording.text


def test_who_speaks_another_language_hears_english() -> None:
    assert TEXTS.wording(Sentence.QUESTION, "pl-PL").language == "en-GB"


def test_the_question_names_all_keys() -> None:
    for text in TEXTS.texts[Sentence.QUESTION].values():
        assert "1" in text
        assert "2" in text


@pytest.mark.parametrize("sentence", [Sentence.ANNOUNCEMENT, Sentence.QUESTION])
def test_who_is_told_or_asked_hears_how_to_withdraw(sentence: Sentence) -> None:
    keys = {"nl": "sterretje nul", "fr": "étoile zéro", "de": "Stern Null", "en": "star zero"}

    for language, text in TEXTS.texts[sentence].items():
        assert keys[language] in text


def test_an_accounts_own_text_goes_before_ours_in_its_language_only() -> None:
    own = {"nl": OwnText("AC1", Sentence.ANNOUNCEMENT, "nl", 3, "Wij nemen op.", NOON)}

    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).text == "Wij nemen op."
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "nl-NL", own).version == "account 3"
    assert TEXTS.wording(Sentence.ANNOUNCEMENT, "fr-FR", own).text == TEXTS.texts[Sentence.ANNOUNCEMENT]["fr"]


@pytest.mark.parametrize("phrase", Phrase)
@pytest.mark.parametrize("language", ["nl-NL", "fr-CH", "de-AT", "en-IE"])
def test_every_phrase_is_spoken_in_the_calls_own_language(phrase: Phrase, language: str) -> None:
    assert phrase.in_language(language, count=3).language == language
