"""News of a change is a file of changelog.d with a kind, and its text is an entry of the changelog."""

import re
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
FOLDER = CHECKOUT / "changelog.d"
TOWNCRIER = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["towncrier"]
KINDS = list(TOWNCRIER["fragment"])
NEWS = sorted(path for path in FOLDER.iterdir() if path.name not in TOWNCRIER["ignore"])


def test_the_kinds_are_those_that_the_folder_explains() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", (FOLDER / "README.md").read_text(), re.MULTILINE)

    assert explained == KINDS


@pytest.mark.parametrize("path", NEWS, ids=lambda path: path.name)
def test_its_name_tells_the_issue_or_a_word_and_the_kind(path: Path) -> None:
    assert re.fullmatch(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})\.md", path.name)


@pytest.mark.parametrize("path", NEWS, ids=lambda path: path.name)
def test_its_text_is_one_entry_of_whole_sentences(path: Path) -> None:
    text = path.read_text()

    assert re.fullmatch(r"[^\s#*-][^\n]*(\n\S[^\n]*)*[.!)]\n", text), "write sentences without a bullet or a heading"
    assert max(map(len, text.splitlines())) <= 120


def test_the_changelog_has_the_place_where_a_release_is_put() -> None:
    assert (CHECKOUT / "CHANGELOG.md").read_text().count(TOWNCRIER["start_string"]) == 1
