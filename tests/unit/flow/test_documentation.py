"""docs/call-flow.md names everything that a flow may contain, and its examples are flows."""

import re
from pathlib import Path

import pytest

from engine.flow.parse import parse
from engine.flow.shape import shape_of
from engine.flow.verbs import UNSUPPORTED, VERBS
from engine.flow.verbs.nouns import Conference, Number, Sip

TEXT = (Path(__file__).parents[3] / "docs" / "call-flow.md").read_text(encoding="utf-8")
WITHOUT_EFFECT = TEXT.partition("## Accepted, without effect")[2].partition("\n## ")[0]
REFUSED = TEXT.partition("## Refused until it works")[2].partition("\n## ")[0]
CLASSES = [*VERBS.values(), Number, Sip, Conference]


def row(section: str, name: str) -> str:
    [found] = [line for line in section.splitlines() if line.startswith(f"| `{name}`")] or [""]
    return found


@pytest.mark.parametrize("cls", CLASSES)
def test_every_attribute_is_documented(cls: type) -> None:
    shape = shape_of(cls)
    assert shape.name in TEXT
    for name in shape.attributes:
        assert f"`{name}`" in TEXT
    assert set(re.findall(r"`(\w+)`", row(WITHOUT_EFFECT, shape.name))) - {shape.name} == shape.ignored


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if cls is not Sip])
def test_every_refused_attribute_is_documented(cls: type) -> None:
    shape = shape_of(cls)
    listed = set(re.findall(r"`(\w+)`", row(REFUSED, shape.name))) - {shape.name, "action"}
    assert listed == shape.later


def test_sip_refuses_what_number_does() -> None:
    assert shape_of(Sip).later == shape_of(Number).later - {"sendDigits"} | {"password", "username"}


@pytest.mark.parametrize("verb", sorted(UNSUPPORTED))
def test_every_refused_verb_is_documented(verb: str) -> None:
    assert f"`{verb}`" in REFUSED


def test_the_two_examples_are_the_same_flow() -> None:
    xml, json = (re.search(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL) for kind in ("xml", "json"))
    assert xml is not None
    assert json is not None
    assert parse(xml.group(1)) == parse(json.group(1))
