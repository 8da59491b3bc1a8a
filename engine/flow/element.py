"""An element of a document before it is understood, and how it is read into a verb or noun."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from xml.sax.saxutils import escape, quoteattr

from engine.errors import DocumentError
from engine.flow.attribute_types import AttributeType, Language, NotAllowed
from engine.flow.diagnostics import STRICT, Effect, Findings, Remark
from engine.flow.shape import Content, Shape, element_of, shape_of
from engine.flow.unsupported import refusal_of

T = TypeVar("T")

# Attributes of XML itself, which any tool may have put there.
_OF_XML: Final = ("xmlns", "xml:", "xsi:")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Element:
    """`label` is the element as the user finds it: "<Say>", or "verb 2 (say)" where there are no lines.

    `parts` are text and elements in their order; `typed` says that attributes are JSON values, not text.
    """

    name: str
    label: str
    attributes: Mapping[str, object]
    parts: "tuple[str | Element, ...]" = ()
    line: int = 0
    column: int = 0
    typed: bool = False

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    @property
    def children(self) -> "tuple[Element, ...]":
        return tuple(part for part in self.parts if isinstance(part, Element))

    def error(self, detail: str, attribute: str = "") -> DocumentError:
        """An error at this place."""
        return DocumentError(
            f"{self.label}: {detail}", line=self.line, column=self.column, element=self.name, attribute=attribute
        )

    def remark(self, effect: Effect, detail: str, attribute: str = "") -> Remark:
        """A remark on this place."""
        return Remark(effect, f"{self.label}: {detail}", self.line, self.column, self.name, attribute)


def read(node: Element, cls: type[T], findings: Findings = STRICT) -> T | None:
    """The verb or noun that the element spells; None if it can't be and the findings let that pass."""
    faults: list[DocumentError] = []

    def fault(wrong: DocumentError) -> None:
        faults.append(wrong)
        findings.fault(wrong)

    try:
        values = _Reading(node, shape_of(cls), replace(findings, fault=fault)).values()
    except DocumentError as wrong:
        findings.fault(wrong)
        return None
    try:
        made = cls(**values)
    except ValueError as wrong:
        # What an element lacks may be what was refused inside it; then that is told, and once.
        if not faults:
            findings.fault(node.error(str(wrong)))
        return None
    for attribute, detail in getattr(made, "differences", tuple)():
        findings.remark(node.remark(Effect.DIFFERS, detail, attribute))
    _proofread(node, made, findings)
    return made


def _proofread(node: Element, made: object, findings: Findings) -> None:
    if findings.proofread is None:
        return
    try:
        for attribute, detail in findings.proofread(made):
            findings.remark(node.remark(Effect.DIFFERS, detail, attribute))
    except ValueError as wrong:
        findings.fault(node.error(str(wrong)))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One element being read."""

    node: Element
    shape: Shape
    findings: Findings

    def values(self) -> dict[str, Any]:
        return self._attributes() | self._nested() | self._content()

    def _attributes(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, given in self.node.attributes.items():
            try:
                declared = self.shape.attributes.get(name)
                if declared is not None:
                    value = _value(self.node, name, declared.kind, given)
                    values[self.shape.fields[name]] = value
                    self._remark(name, declared.kind, value)
                else:
                    self._undeclared(name, given)
            except DocumentError as wrong:
                self.findings.fault(wrong)
        return values

    def _remark(self, name: str, kind: AttributeType[Any], value: Any) -> None:
        if isinstance(kind, Language) and (detail := kind.remark(value)):
            self.findings.remark(self.node.remark(Effect.DIFFERS, f"'{name}': {detail}", name))

    def _undeclared(self, name: str, given: object) -> None:
        if name in self.shape.later:
            if given is not False and given not in ("", "false"):  # compared: a JSON value may have no hash
                raise self.node.error(f"'{name}' is not supported: {self.shape.later[name]}", name)
        elif name in self.shape.ignored:
            detail = f"'{name}' has no effect: {self.shape.ignored[name]}"
            self.findings.remark(self.node.remark(Effect.IGNORED, detail, name))
        elif self.node.typed or not name.startswith(_OF_XML):
            allowed = _names(self.node, self.shape)
            raise self.node.error(f"there is no attribute {shown(name)}. Allowed are: {allowed}.", name)

    def _nested(self) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for field, child in self._placed_children():
            cls: Any = self._class_of(child, field)
            made: Any = None if cls is None else read(child, cls, self.findings)
            if made is not None:
                found.setdefault(field, []).append(made)
        values: dict[str, Any] = {field: tuple(each) for field, each in found.items()}
        for field, declared in self.shape.nested.items():
            if declared.shorthand is not None and self.node.text:
                if self.node.children:
                    raise self.node.error(f"text can't stand here: {shown(self.node.text)}.")
                bare: Any = read(replace(self.node, attributes={}), declared.shorthand, self.findings)
                values[field] = () if bare is None else (bare,)
        return values

    def _placed_children(self) -> Iterator[tuple[str, Element]]:
        """Each element inside with the field that it belongs to, out of its wrapper if it has one."""
        if self.shape.content is not None and self.shape.content[1].markup:
            return
        for child in self.node.children:
            wrapped = [field for field, each in self.shape.nested.items() if each.wrapper == child.name]
            if wrapped:
                yield from ((wrapped[0], each) for each in child.children)
                continue
            place = self.shape.nested_as(child.name)
            yield (place[0] if place else "", child)

    def _class_of(self, child: Element, field: str) -> type | None:
        classes = self.shape.nested[field].classes if field else ()
        for cls in classes:
            if element_of(cls) == child.name:
                return cls
        allowed = ", ".join(f"<{name}>" for name in self._elements()) or "no elements"
        why = refusal_of(child.name)
        said = f"it can't stand in {self.node.label}. Allowed there: {allowed}." if why is None else why
        self.findings.fault(child.error(said))
        return None

    def _elements(self) -> Iterator[str]:
        for declared in self.shape.nested.values():
            yield from [declared.wrapper] if declared.wrapper else map(element_of, declared.classes)

    def _content(self) -> dict[str, Any]:
        if self.shape.content is None:
            shorthand = any(each.shorthand for each in self.shape.nested.values())
            if self.node.text and not shorthand:
                raise self.node.error(f"text can't stand here: {shown(self.node.text)}.")
            return {}
        name, declared = self.shape.content
        text = _marked_up(self.node, declared) if declared.markup else self.node.text
        if self.shape.content_required and not text:
            raise self.node.error(f"it is empty; write {declared.kind.allowed}.")
        return {name: _value(self.node, name, declared.kind, text)} if text else {}


def _names(node: Element, shape: Shape) -> str:
    """What may be written there; JSON has keys also for what XML puts between the tags."""
    inside = [*([shape.content[0]] if shape.content else []), *shape.nested] if node.typed else []
    return ", ".join([*inside, *shape.attributes]) or "none"


def _value(node: Element, name: str, kind: AttributeType[T], given: object) -> T:
    try:
        return kind.of_json(given) if node.typed else kind.of_text(str(given))
    except NotAllowed:
        raise node.error(f"'{name}' is {shown(given)}: write {kind.allowed}.", name) from None


def _marked_up(node: Element, declared: Content) -> str:
    for child in node.children:
        if child.name not in declared.markup:
            allowed = ", ".join(f"<{name}>" for name in sorted(declared.markup)) or "no elements"
            raise child.error(f"it can't stand in {node.label}. Allowed there: {allowed}.")
    return f"<speak>{_markup(node, declared)}</speak>" if node.children else node.text


def _markup(node: Element, declared: Content) -> str:
    """The element's inside as it was written."""
    written = []
    for part in node.parts:
        if isinstance(part, str):
            written.append(escape(part))
            continue
        _marked_up(part, declared)
        attributes = "".join(f" {name}={quoteattr(str(value))}" for name, value in part.attributes.items())
        written.append(f"<{part.name}{attributes}>{_markup(part, declared)}</{part.name}>")
    return "".join(written)


def shown(value: object) -> str:
    """A value from a document, fit to be shown: on one line, not too long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
