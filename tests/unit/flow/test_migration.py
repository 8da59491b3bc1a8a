"""docs/migrating.md tells of every element and attribute what becomes of it."""

from pathlib import Path

import pytest

from engine.flow.migration import tables
from engine.flow.reference import classes
from engine.flow.shape import shape_of
from engine.page_tables import renewed
from tests.elements.package import packaged

pytestmark = pytest.mark.promise

TEXT = (Path(__file__).parents[3] / "docs" / "migrating.md").read_text(encoding="utf-8")
WRITTEN_WITH_ANOTHER = {"Response", "Headers"}
"""A document, and what stands around headers."""


def test_the_tables_are_those_of_the_declarations() -> None:
    assert renewed(TEXT, tables()) == TEXT, "renew them: python -m engine.flow.migration docs/migrating.md"


@pytest.mark.parametrize("name", packaged())
def test_every_element_of_the_package_has_its_row(name: str) -> None:
    element = packaged()[name].name

    assert element in WRITTEN_WITH_ANOTHER or f"| `<{element}>`" in TEXT


@pytest.mark.parametrize("cls", list(classes()), ids=lambda cls: cls.__name__)
def test_what_differs_is_told_of_what_there_is(cls: type) -> None:
    shape = shape_of(cls)

    assert set(shape.differs) - {""} <= set(shape.attributes)
