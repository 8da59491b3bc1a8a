"""docs/migrating.md, as far as it needs no telephone: its commands print what it shows."""

import shlex
from pathlib import Path

import pytest

from tests.peers.tutorial import Tutorial
from tests.unit.cli.conftest import Run

PAGE = Path(__file__).parents[3] / "docs" / "migrating.md"


@pytest.fixture
def page(tmp_path: Path) -> Tutorial:
    """The page, whose files are in the working folder."""
    page = Tutorial({}, PAGE)
    page.save_files(tmp_path)
    return page


def test_the_check_prints_what_the_page_shows(telefoon: Run, page: Tutorial) -> None:
    [check] = page.typed_under("Look at a document")

    assert telefoon(*shlex.split(check.command.removesuffix(" || true"))[1:]).stdout == check.shown


def test_the_document_runs_to_its_end(telefoon: Run, page: Tutorial) -> None:
    [simulate] = page.typed_under("Let it run without a telephone")

    told = telefoon(*shlex.split(simulate.command)[1:])

    assert told.exit_code == 0
    assert "+3225550188: no-answer" in told.stdout
    assert "Nobody is here at the moment." in told.stdout
