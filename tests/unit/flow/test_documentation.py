"""docs/call-flow.md names everything that a flow may contain, and its examples are flows."""

import re
from pathlib import Path

import pytest

from engine.flow.parse import parse
from engine.flow.reference import classes, tables
from engine.flow.shape import shape_of
from engine.flow.unsupported import REFUSED
from engine.page_tables import renewed

pytestmark = pytest.mark.promise

PAGE = Path(__file__).parents[3] / "docs" / "call-flow.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_declarations() -> None:
    assert renewed(TEXT, tables()) == TEXT, "renew them: python -m engine.flow.reference docs/call-flow.md"


@pytest.mark.parametrize("cls", list(classes()), ids=lambda cls: cls.__name__)
def test_every_verb_and_noun_has_its_table(cls: type) -> None:
    shape = shape_of(cls)
    [table] = re.findall(rf"<!-- made from the declarations: {cls.__name__} -->(.*?)<!-- end -->", TEXT, re.DOTALL)
    for name in [*shape.attributes, *shape.ignored, *shape.later]:
        assert f"| `{name}` |" in table


@pytest.mark.parametrize("element", sorted(REFUSED))
def test_every_refused_element_has_its_row(element: str) -> None:
    assert f"| `{element}` |" in TEXT


def test_the_two_examples_are_the_same_flow() -> None:
    xml, json = (re.search(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL) for kind in ("xml", "json"))
    assert xml is not None
    assert json is not None
    assert parse(xml.group(1)) == parse(json.group(1))
