"""Language tags (RFC 5646): any spelling of a known tag, and an error that helps for the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnknownLanguage
from engine.languages import LANGUAGES, canonical_language


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("nl-BE", "nl-BE"),
        ("NL_be", "nl-BE"),
        (" fr-ch ", "fr-CH"),
        ("nl", "nl-NL"),
        ("FR", "fr-FR"),
        ("de", "de-DE"),
        ("en", "en-GB"),
        ("en-UK", "en-GB"),
    ],
)
def test_any_spelling_of_a_tag_is_understood(tag: str, canonical: str) -> None:
    assert canonical_language(tag) == canonical


@pytest.mark.parametrize("tag", ["", "n", "nl-FR", "es-ES", "dutch", "nl-", "x" * 1000])
def test_an_unknown_tag_lists_all_that_are_known(tag: str) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        canonical_language(tag)

    assert caught.value.field == "language"
    assert all(known in caught.value.detail for known in LANGUAGES)
    assert len(caught.value.detail) < 300


@given(st.sampled_from(sorted(LANGUAGES)))
def test_a_canonical_tag_is_its_own(tag: str) -> None:
    assert canonical_language(tag) == tag
