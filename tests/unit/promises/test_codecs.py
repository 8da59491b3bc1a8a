"""What is known of a codec stands in config/codecs.py: no other code knows one by its name."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from config.codecs import CODECS, PREFERENCE, codec_named
from config.settings import Settings
from tests.unit.promises.sources import name_of, sources

pytestmark = pytest.mark.promise

OTHER_NAMES: Final = {
    "config/codecs.py",
    "sip/description.py",  # payload types that need no name (RFC 3551 §6), of codecs that we don't speak too
    "engine/recordings/files/encoding.py",  # a recording's format
    "engine/testing/leg.py",  # what a far end that is a fake has agreed on
    "api/cli/recordings.py",  # its file's ending
}


def named_in(source: Path) -> Iterator[str]:
    """Strings that are a codec's name."""
    names = {codec.name.lower() for codec in CODECS}
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() in names:
            yield node.value


def test_no_other_code_knows_a_codec_by_its_name() -> None:
    knowing = {name_of(path) for path in sources() if any(named_in(path))}

    assert knowing == OTHER_NAMES


def test_all_codecs_of_the_table_are_offered_unless_set_otherwise() -> None:
    assert Settings.model_fields["codecs"].default == list(PREFERENCE)


@pytest.mark.parametrize("name", PREFERENCE)
def test_upper_and_lower_case_of_a_codecs_name_are_the_same(name: str) -> None:
    assert codec_named(name.upper()) == codec_named(name.lower())


def test_a_codec_that_we_do_not_speak_is_taken_for_another_like_g711() -> None:
    unknown, g711 = codec_named("iLBC"), codec_named("PCMA")

    assert unknown.name == "iLBC"
    assert (unknown.wideband, unknown.impairment, unknown.may_be_silent) == (
        g711.wideband, g711.impairment, g711.may_be_silent,
    )  # fmt: skip
