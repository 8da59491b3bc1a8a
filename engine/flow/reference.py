"""The tables of docs/call-flow.md, made from the verbs' declarations; they stand there between two comments each.

python -m engine.flow.reference docs/call-flow.md     # renews them
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.flow.markup import MARKUP
from engine.flow.shape import Nested, Shape, shape_of
from engine.flow.unsupported import REFUSED
from engine.flow.verbs import VERBS
from engine.page_tables import renew, row, table


def classes() -> Iterator[type]:
    """Every verb, and every noun that may stand in one, once."""
    seen: set[type] = set()
    for verb in VERBS.values():
        for cls in _with_nouns(verb):
            if cls not in seen:
                seen.add(cls)
                yield cls


def _with_nouns(cls: type) -> Iterator[type]:
    yield cls
    for nested in shape_of(cls).nested.values():
        for inner in nested.classes:
            yield from _with_nouns(inner)


def tables() -> Mapping[str, str]:
    """Each by the name in its comment."""
    by_class = {_title(cls): _table(cls) for cls in classes()}
    return by_class | {"ssml": _ssml(), "refused": _refused()}


def _title(cls: type) -> str:
    """The title of an element's comment in the page: its class, which tells the Sip of Refer from that of Dial."""
    return cls.__name__


def _table(cls: type) -> str:
    shape = shape_of(cls)
    rows = [*_inside(shape), *_attributes(cls, shape), *_without_effect(shape), *_not_yet(shape)]
    if not rows:
        return f"`{shape.name}` has no attributes and stands empty.\n"
    return table(("", "values", "default", ""), rows)


def _inside(shape: Shape) -> Iterator[str]:
    if shape.content is not None:
        name, content = shape.content
        yield row(f"(between the tags; JSON: `{name}`)", content.kind.allowed, "", f"{content.help}.")
    for name, nested in shape.nested.items():
        yield row(f"(inside; JSON: `{name}`)", _elements(nested), "", f"{nested.help}.")


def _elements(nested: Nested) -> str:
    names = ", ".join(f"`<{shape_of(cls).name}>`" for cls in nested.classes)
    return f"{names} in `<{nested.wrapper}>`" if nested.wrapper else names


def _attributes(cls: type, shape: Shape) -> Iterator[str]:
    defaults = {name: field.default for name, field in cls.__dataclass_fields__.items()}  # type: ignore[attr-defined]
    for name, declared in shape.attributes.items():
        default = _shown_default(declared.kind.json_of(defaults[shape.fields[name]]), defaults[shape.fields[name]])
        yield row(f"`{name}`", declared.kind.allowed, default, f"{declared.help}.")


def _shown_default(written: Any, default: object) -> str:
    if default is None or written in ("", []):
        return ""
    if isinstance(written, list):
        return f"`{' '.join(written)}`"
    return f"`{str(written).lower() if isinstance(written, bool) else written}`"


def _without_effect(shape: Shape) -> Iterator[str]:
    for name, why in shape.ignored.items():
        yield row(f"`{name}`", "anything", "", f"Accepted, without effect: {why}")
    for name, why in shape.ignored_inside.items():
        yield row(f"(inside: `<{name}>`)", "anything", "", f"Accepted, without effect: {why}")


def _not_yet(shape: Shape) -> Iterator[str]:
    for name, why in shape.later.items():
        yield row(f"`{name}`", "`false`, or nothing", "", f"**Refused**: {why}")


def _ssml() -> str:
    rows = [
        row(f"`<{name}>`", ", ".join(f"`{each}`" for each in attributes) or "none")
        for name, attributes in MARKUP.items()
    ]
    return table(("element", "attributes"), rows)


def _refused() -> str:
    rows = [
        row(f"`{name}`", ", ".join(f"`{each}`" for each in refusal.attributes) or "none", refusal.why)
        for name, refusal in REFUSED.items()
    ]
    return table(("element", "with its attributes", "why, and what to do"), rows)


if __name__ == "__main__":
    renew(tables())
