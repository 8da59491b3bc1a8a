"""docs/states.md draws the states as the product's tables have them."""

import pytest

from engine.live.reference import diagrams
from engine.page_tables import renewed
from tests.unit.promises.pages import DOCS

pytestmark = pytest.mark.promise

TEXT = (DOCS / "states.md").read_text("utf-8")


def test_the_diagrams_are_those_of_the_tables() -> None:
    assert renewed(TEXT, diagrams()) == TEXT, "renew them: python -m engine.live.reference docs/states.md"


@pytest.mark.parametrize("name", diagrams())
def test_every_table_is_drawn(name: str) -> None:
    assert TEXT.count(f"<!-- made from the declarations: {name} -->") == 1


def test_a_diagram_has_a_beginning_the_events_and_its_ends() -> None:
    drawn = diagrams()["call"].splitlines()

    assert '    state "in-progress" as in_progress' in drawn
    assert "    [*] --> queued" in drawn
    assert "    ringing --> busy: engaged" in drawn
    assert "    completed --> [*]" in drawn
