"""The tables of docs/migrating.md, made from the verbs' declarations: what runs, what differs, what is passed over.

python -m engine.flow.migration docs/migrating.md     # renews them
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from engine.flow.markup import MARKUP
from engine.flow.reference import classes
from engine.flow.shape import Shape, shape_of
from engine.flow.unsupported import REFUSED
from engine.flow.verbs.refer import ReferSip
from engine.flow.verbs.stream import ProgramParameter, StoppedStream
from engine.page_tables import renew, row, table

_INSIDE: Final[Mapping[type, str]] = {
    ProgramParameter: " of a program",
    ReferSip: " of `<Refer>`",
    StoppedStream: " of `<Stop>`",
}
"""What stands beside the name of a noun that another bears too."""


def tables() -> Mapping[str, str]:
    """Each by the name in its comment."""
    return {
        "what runs": table(("", "runs", "differs", "without effect", "left out"), _elements()),
        "what differs": table(("", "", "here"), _differences()),
        "what is left out": table(("", "why, and what to do"), _left_out()),
    }


def _shapes() -> Iterator[tuple[str, Shape]]:
    """Each verb and noun as the page spells it."""
    for cls in classes():
        shape = shape_of(cls)
        yield f"`<{shape.name}>`{_INSIDE.get(cls, '')}", shape


def _elements() -> Iterator[str]:
    for spelled, shape in _shapes():
        runs = [name for name in shape.attributes if name not in shape.differs]
        inside = [f"<{name}>" for name in shape.ignored_inside]
        differs = [name for name in shape.differs if name]
        whole = ["as a whole"] if "" in shape.differs else []
        yield row(
            spelled,
            _names(runs) or "the element",
            ", ".join([*whole, *filter(None, [_names(differs)])]),
            _names([*shape.ignored, *inside]),
            _names(shape.later),
        )
    for name, attributes in MARKUP.items():
        yield row(f"`<{name}>` in a text", _names(attributes) or "the element", "", "", "")


def _differences() -> Iterator[str]:
    for spelled, shape in _shapes():
        for name, how in shape.differs.items():
            yield row(spelled, f"`{name}`" if name else "", how)


def _left_out() -> Iterator[str]:
    for name, refusal in REFUSED.items():
        yield row(f"`<{name}>`", refusal.why)
    for spelled, shape in _shapes():
        by_reason: dict[str, list[str]] = {}
        for name, why in shape.later.items():
            by_reason.setdefault(why, []).append(name)
        for why, names in by_reason.items():
            yield row(f"{_names(names)} of {spelled}", why)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    renew(tables())
