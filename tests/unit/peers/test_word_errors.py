"""What is counted as misread, and what is only written otherwise."""

import pytest

from tests.peers.word_errors import word_errors


@pytest.mark.parametrize(
    ("language", "said", "read"),
    [
        ("en-GB", "The discount is twenty percent.", "the discount is 20%"),
        ("en-GB", "Your code is four seven one nine.", "Your code is 4719."),
        ("en-GB", "It is ninety-five.", "It is 95."),
        ("nl-NL", "Er zijn zeventien berichten.", "er zijn 17 berichten"),
        ("de-DE", "Der Betrag ist hundertfünfundzwanzig Euro.", "Der Betrag ist hundert fünfundzwanzig Euro."),
        ("nl-NL", "Mogen wij opnemen? Druk op 1.", "mogen wij op nemen druk op één"),
        ("de-DE", "Bitte noch einmal anrufen.", "bitte nocheinmal an rufen"),
        ("fr-FR", "L'heure est venue.", "L\u2019heure est venue"),
    ],
)
def test_what_is_written_otherwise_is_not_misread(language: str, said: str, read: str) -> None:
    assert word_errors(said, read, language)[0] == 0


def test_words_that_are_wrong_lost_or_new_are_counted() -> None:
    assert word_errors("please hold the line", "please fold a line now", "en-GB") == (3, 4)


def test_a_word_that_is_parted_does_not_hide_others_that_are_wrong() -> None:
    assert word_errors("U wilt niet opnemen, druk nu.", "u wil niet op nemen druk nu", "nl-NL") == (1, 6)
