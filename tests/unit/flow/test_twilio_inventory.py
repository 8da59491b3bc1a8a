"""Every element and attribute of the package twilio has its row in docs/call-flow.md: works, or is refused."""

from pathlib import Path

import pytest

from engine.flow.markup import MARKUP
from engine.flow.reference import classes
from engine.flow.shape import Shape, shape_of
from engine.flow.unsupported import REFUSED
from tests.elements.package import packaged

pytestmark = pytest.mark.promise

TEXT = (Path(__file__).parents[3] / "docs" / "call-flow.md").read_text(encoding="utf-8")
SHAPES = {shape_of(cls).name: shape_of(cls) for cls in classes()} | {cls.__name__: shape_of(cls) for cls in classes()}
IN_WORDS = {"Response", "Headers"}
"""The page tells of these in its text: they have no attributes."""
ATTRIBUTES = [(name, attribute) for name, each in packaged().items() for attribute in sorted(each.attributes)]


def shape_made_by(name: str) -> Shape | None:
    """That of the class here which bears the name of the package's, or of its element."""
    return SHAPES.get(name) or SHAPES.get(packaged()[name].name)


def test_the_package_has_what_this_test_looks_for() -> None:
    assert len(packaged()) > 50
    assert len(ATTRIBUTES) > 200


@pytest.mark.parametrize("name", packaged())
def test_every_element_has_its_row(name: str) -> None:
    element = packaged()[name].name
    if element in MARKUP:
        assert f"| `<{element}>` |" in TEXT
    elif element in IN_WORDS:
        assert f"<{element}>" in TEXT
    else:
        assert shape_made_by(name) is not None or element in REFUSED


@pytest.mark.parametrize(("name", "attribute"), ATTRIBUTES)
def test_every_attribute_has_its_row(name: str, attribute: str) -> None:
    element = packaged()[name].name
    shape = shape_made_by(name)
    if element in MARKUP:
        assert attribute in MARKUP[element]
    elif shape is None:
        assert attribute in REFUSED[element].attributes
    else:
        assert attribute in {*shape.attributes, *shape.ignored, *shape.later}
