"""Pseudonyms: one for all spellings of a number, another with another pepper, and no number in them."""

import pytest

from engine.privacy.pseudonym import Pseudonyms

NUMBER = "+32471234556"
OURS = Pseudonyms(b"p" * 32)


@pytest.mark.parametrize("spelling", ["0032471234556", "32471234556", f"sip:{NUMBER}@10.0.0.1;user=phone", NUMBER])
def test_one_number_has_one_pseudonym(spelling: str) -> None:
    assert OURS.pseudonym_of(spelling) == OURS.pseudonym_of(NUMBER)


def test_it_tells_the_country_that_a_bill_needs_and_no_digit_more() -> None:
    assert OURS.pseudonym_of(NUMBER).startswith("pseudonym-be-")
    assert OURS.pseudonym_of("sip:ann@example.org").startswith("pseudonym-xx-")
    assert "471234556" not in OURS.pseudonym_of(NUMBER)


def test_another_pepper_gives_another() -> None:
    assert Pseudonyms(b"q" * 32).pseudonym_of(NUMBER) != OURS.pseudonym_of(NUMBER)


def test_a_pseudonym_stays_as_it_is() -> None:
    assert OURS.pseudonym_of(OURS.pseudonym_of(NUMBER)) == OURS.pseudonym_of(NUMBER)
