"""What a call's end means to somebody who is no telephony engineer."""

import pytest

from engine.diagnosis.failed_call import advice, cause_in_words, meaning
from engine.model.call import FINAL, Status


def test_a_call_that_went_well_needs_no_words() -> None:
    assert meaning("completed", 200) == ""
    assert meaning("in-progress", None) == ""


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("busy", 486, "on the telephone"),
        ("failed", 404, "Nobody has the number"),
        ("failed", 407, "telefoon trunks test"),
        ("failed", 503, "no room"),
        ("no-answer", 480, "switched off"),
        ("no-answer", None, "nobody answered in time"),
        ("canceled", 487, "ended by us"),
        ("failed", 599, "could not be set up"),
    ],
)
def test_an_end_is_told_by_its_code_or_else_by_its_status(status: str, code: int | None, words: str) -> None:
    assert words in meaning(status, code)


@pytest.mark.parametrize("status", sorted(FINAL - {Status.COMPLETED}))
def test_every_end_that_is_no_success_has_words(status: Status) -> None:
    assert meaning(status, None)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("failed", 407, "telefoon trunks set"),
        ("failed", 488, "TELEFOON_CODECS"),
        ("failed", 404, "telefoon calls trace"),
    ],
)
def test_what_to_do_is_told_where_something_can_be_done(status: str, code: int, words: str) -> None:
    assert words in advice(status, code)


@pytest.mark.parametrize(("status", "code"), [("busy", 486), ("canceled", 487), ("completed", 200), ("failed", None)])
def test_nothing_is_advised_where_nothing_is_to_be_done(status: str, code: int | None) -> None:
    assert advice(status, code) == ""


def test_a_cause_is_told_in_words_where_it_says_more_than_a_code() -> None:
    assert cause_in_words(34) == "no line was free"
    assert cause_in_words(16) == cause_in_words(None) == ""
