"""The notice that a program speaks is said in the person's language, by the account's own text where it has one."""

import pytest

from engine.model.disclosure import NAME, OwnNotice, load_notice_texts
from tests.unit.store.samples import NOON


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_each_text_names_the_account_once(language: str) -> None:
    assert load_notice_texts().texts[language].count(NAME) == 1


@pytest.mark.parametrize(("language", "begins"), [("nl-BE", "U spreekt"), ("fr-BE", "Vous parlez"), ("de-AT", "Sie")])
def test_a_notice_is_said_in_the_calls_language(language: str, begins: str) -> None:
    wording = load_notice_texts().wording("Peeters", language)

    assert wording.text.startswith(begins)
    assert wording.language == language


def test_it_is_said_in_english_where_there_is_no_text() -> None:
    assert load_notice_texts().wording("Peeters", "pl-PL").language == "en-GB"


def test_an_accounts_own_text_goes_before_ours_and_names_it_too() -> None:
    own = [
        OwnNotice("AC1", "nl", version, f"Dag {version}, u hoort de robot van {{name}}.", NOON) for version in (1, 2)
    ]

    wording = load_notice_texts().wording("Peeters", "nl-NL", own)

    assert (wording.text, wording.version) == ("Dag 2, u hoort de robot van Peeters.", "account 2")


def test_it_is_said_in_the_accounts_language_where_there_is_no_text_for_the_calls() -> None:
    wording = load_notice_texts().wording("Peeters", "pl-PL", spare="nl")

    assert (wording.text[:10], wording.language) == ("U spreekt ", "nl-NL")
