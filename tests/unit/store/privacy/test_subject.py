"""A number in all its spellings, and nothing that only looks like it."""

import pytest

from engine.privacy.subject import DataSubject

SUBJECT = DataSubject("+32471234556")


@pytest.mark.parametrize(
    "text",
    [
        "+32471234556", "0032471234556", "32471234556", "0471234556", "0471 23 45 56", "0471/23.45.56",
        "+32 (0)471 23 45 56", "sip:+32471234556@10.0.0.1", "tel:+32-471-23-45-56", "?caller=%2B32471234556&x=1",
        "Call%200471234556 back", '{"To": "+32471234556"}', "call 0471234556.", r'"first line\n0471234556"',
    ],
)  # fmt: skip
def test_every_spelling_is_the_number(text: str) -> None:
    assert SUBJECT.is_told_in(text)
    assert not SUBJECT.is_told_in(SUBJECT.replaced(text, "pseudonym-be-0123456789abcdef01234567"))


@pytest.mark.parametrize(
    "text",
    [
        "+32471234557",
        "+324712345560",
        "CA0191f532471234556c",
        "9932471234556",
        "+31471234556",
        "471234556 7".replace(" ", ""),
    ],
)
def test_others_are_not(text: str) -> None:
    assert not SUBJECT.is_told_in(text)


def test_a_short_number_is_known_by_its_country_alone() -> None:
    short = DataSubject("+3221234567")
    assert short.is_told_in("+3221234567")
    with pytest.raises(ValueError, match="is no telephone number"):
        DataSubject("0471234556")
