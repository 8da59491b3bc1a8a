"""Declarations of attributes, content and nested elements of a verb or noun: once, for both spellings.

    @dataclass(frozen=True, slots=True)
    class Pause:
        length: int = attribute(Whole(0, 600), default=1)

The XML name of a field is its camel case, `num_digits` being `numDigits`; JSON uses the same names.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from engine.flow.attribute_types import AttributeType

_DECLARED: Final = "declared"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that an element may have; `help` is one line for the schema and the documentation."""

    kind: AttributeType[Any]
    help: str


@dataclass(frozen=True, slots=True)
class Content:
    """What stands between the tags; in JSON, the key named as the field. `markup`: elements allowed within."""

    kind: AttributeType[Any]
    help: str
    markup: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Nested:
    """Elements inside; in JSON, a list under the key named as the field.

    Bare text stands for a `shorthand`. In XML they may stand together in an element named `wrapper`. In JSON each
    object of several classes says what it is: under "verb" if they are verbs, else by its content's key.
    """

    classes: tuple[type, ...]
    help: str
    shorthand: type | None = None
    wrapper: str | None = None
    least: int = 0


def attribute(kind: AttributeType[Any], *, default: Any = None, help: str) -> Any:  # noqa: A002 (as in argparse and typer)
    """Declare an attribute."""
    return dataclasses.field(default=default, metadata={_DECLARED: Attribute(kind, help)})


def content(
    kind: AttributeType[Any],
    *,
    help: str,  # noqa: A002
    default: Any = dataclasses.MISSING,
    markup: frozenset[str] = frozenset(),
) -> Any:
    """Declare the content; without a default it must be there."""
    return dataclasses.field(default=default, metadata={_DECLARED: Content(kind, help, markup)})


def nested(
    *classes: type,
    help: str,  # noqa: A002
    shorthand: type | None = None,
    wrapper: str | None = None,
    least: int = 0,
) -> Any:
    """Declare what may be nested."""
    return dataclasses.field(default=(), metadata={_DECLARED: Nested(classes, help, shorthand, wrapper, least)})


@dataclass(frozen=True, slots=True)
class Shape:
    """All declarations of a class, under the names that users write.

    `ignored` attributes are known to the field and accepted without effect, since leaving them out harms nobody;
    `later` ones would change what happens, so they are refused unless set to false. Elements of `ignored_inside` may
    stand inside without effect. Each has its reason. `differs` tells by attribute, or under "" of the whole, what works
    otherwise here than elsewhere.
    """

    name: str
    json_name: str
    attributes: Mapping[str, Attribute]
    fields: Mapping[str, str]
    content: tuple[str, Content] | None
    content_required: bool
    nested: Mapping[str, Nested]
    ignored: Mapping[str, str]
    later: Mapping[str, str]
    ignored_inside: Mapping[str, str]
    differs: Mapping[str, str]

    def nested_as(self, element: str) -> tuple[str, type] | None:
        """The field and class of an element that may stand inside."""
        for name, declared in self.nested.items():
            for cls in declared.classes:
                if element_of(cls) == element:
                    return name, cls
        return None


def element_of(cls: type) -> str:
    """The XML element of a verb's or noun's class: its own name, unless it has an ELEMENT."""
    return str(getattr(cls, "ELEMENT", cls.__name__))


def are_verbs(declared: Nested) -> bool:
    """Whether what is nested are verbs, as in Gather."""
    return all(hasattr(cls, "run") for cls in declared.classes)


def shape_of(cls: type) -> Shape:
    """The shape of a verb's or noun's class."""
    return _collected(cls)


@cache
def _collected(cls: type) -> Shape:
    attributes: dict[str, Attribute] = {}
    fields: dict[str, str] = {}
    inside: tuple[str, Content] | None = None
    required = False
    within: dict[str, Nested] = {}
    for each in dataclasses.fields(cls):
        declared = each.metadata.get(_DECLARED)
        if declared is None:
            continue  # nobody writes it
        if isinstance(declared, Attribute):
            name = camel_case(each.name)
            attributes[name] = declared
            fields[name] = each.name
        elif isinstance(declared, Content):
            inside = (each.name, declared)
            required = each.default is dataclasses.MISSING
        else:
            within[each.name] = declared
    return Shape(
        name=element_of(cls),
        json_name=element_of(cls).lower(),
        attributes=attributes,
        fields=fields,
        content=inside,
        content_required=required,
        nested=within,
        ignored=dict(getattr(cls, "IGNORED", {})),
        later=dict(getattr(cls, "LATER", {})),
        ignored_inside=dict(getattr(cls, "IGNORED_INSIDE", {})),
        differs=dict(getattr(cls, "DIFFERS", {})),
    )


def camel_case(name: str) -> str:
    """`num_digits` as numDigits."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)
