"""The glossary's names are names in the code, each explained once."""

import re

import pytest

from tests.unit.promises.pages import DOCS
from tests.unit.promises.sources import sources

pytestmark = pytest.mark.promise

CELLS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
ROWS = [row for row in CELLS if row[0] not in {"our word", "---"}]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])})
WORDS = frozenset(
    word
    for path in sources(packages=("engine", "sip", "tts", "api"))
    for word in re.findall(r"\w+", path.read_text("utf-8"))
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_glossary_is_one_in_the_code(name: str) -> None:
    assert name in WORDS


def test_every_word_is_explained_once() -> None:
    words = [row[0].lower() for row in ROWS]

    assert len(words) > 50
    assert sorted(set(words)) == sorted(words)
