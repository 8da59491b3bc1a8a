"""Language tags (RFC 5646): any spelling of a known tag, the nearest to others, and an error where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnknownLanguage
from engine.model.languages import (
    LANGUAGES,
    REGION_OF_BARE_LANGUAGE,
    SpokenLanguage,
    canonical_language,
    nearest_language,
    spoken_for,
)

OF_THE_UNION = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"


def test_every_official_language_of_the_union_and_five_of_its_neighbours_are_spoken() -> None:
    assert set(REGION_OF_BARE_LANGUAGE) == {*OF_THE_UNION.split(), "ar", "is", "nb", "tr", "uk"}


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
        ("cs", "cs-CZ"),
        ("no", "nb-NO"),
        ("no-NO", "nb-NO"),
        ("pt-br", "pt-BR"),
    ],
)
def test_any_spelling_of_a_tag_is_understood(tag: str, canonical: str) -> None:
    assert canonical_language(tag) == canonical


@pytest.mark.parametrize("tag", ["", "n", "nl-FR", "es-419", "dutch", "nl-", "x" * 1000])
def test_an_unknown_tag_lists_all_that_are_known(tag: str) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        canonical_language(tag)

    assert caught.value.field == "language"
    assert all(known in caught.value.detail for known in LANGUAGES)
    assert len(caught.value.detail) < 400


@given(st.sampled_from(sorted(LANGUAGES)))
def test_a_canonical_tag_is_its_own(tag: str) -> None:
    assert canonical_language(tag) == tag


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("en-AU", "en-GB"),
        ("en-CA", "en-US"),
        ("fr_ca", "fr-FR"),
        ("de-LI", "de-DE"),
        ("nl", "nl-NL"),
        ("es-US", "es-MX"),
        ("es-419", "es-MX"),
        ("es-GQ", "es-ES"),
        ("pt-AO", "pt-PT"),
        ("sv-FI", "sv-SE"),
        ("el-CY", "el-GR"),
        ("ar-AE", "ar-SA"),
        ("no-SJ", "nb-NO"),
    ],
)
def test_another_region_is_spoken_as_the_language(tag: str, nearest: str) -> None:
    assert nearest_language(tag) == nearest
    assert spoken_for(tag, "fi-FI") == SpokenLanguage(nearest)


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [("ca-ES", "es-ES"), ("lb", "de-DE"), ("nn-NO", "nb-NO"), ("sr-Latn-RS", "hr-HR"), ("gd_GB", "en-GB")],
)
def test_a_language_that_we_do_not_speak_is_spoken_by_its_neighbour_which_is_told(tag: str, nearest: str) -> None:
    spoken = spoken_for(tag, "fi-FI")

    assert nearest_language(tag) == spoken.language == nearest
    assert tag in spoken.remark
    assert nearest in spoken.remark


@pytest.mark.parametrize("tag", ["ja-JP", "xx", "tlh", "Klingon"])
def test_a_language_without_a_neighbour_is_spoken_as_what_is_around_it(tag: str) -> None:
    spoken = spoken_for(tag, "fi-FI")

    assert spoken == SpokenLanguage("fi-FI", f"{tag} is not a language that we speak; fi-FI takes its place.")
    with pytest.raises(UnknownLanguage):
        nearest_language(tag)


@pytest.mark.parametrize("tag", [None, ""])
def test_where_nothing_is_asked_for_nothing_is_remarked(tag: str | None) -> None:
    assert spoken_for(tag, "fi-FI") == SpokenLanguage("fi-FI")
