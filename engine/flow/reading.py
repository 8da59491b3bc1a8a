"""How an element of a document is read into a verb or noun."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeVar

from engine.errors import DocumentError
from engine.flow import mending
from engine.flow.attribute_types import AttributeType, Language, NotAllowed
from engine.flow.diagnostics import STRICT, Effect, Findings
from engine.flow.element import Element, in_other_case, named_as, shown
from engine.flow.markup import marked_up
from engine.flow.shape import Shape, element_of, shape_of
from engine.flow.unsupported import refusal_of

T = TypeVar("T")

# Attributes of XML itself; any tool may have put them there, as such of its own namespace.
_OF_XML: Final = "xmlns"


def read(node: Element, cls: type[T], findings: Findings = STRICT) -> T | None:
    """The verb or noun that the element spells; None if it can't be and the findings let that pass."""
    reading = _Reading(node, shape_of(cls), findings)
    try:
        values = reading.values()
    except DocumentError as wrong:
        findings.fault(wrong)
        return None
    try:
        made: T | None = cls(**values)
    except ValueError as wrong:
        made = _of_nobody(cls, values, reading.inside or [str(wrong)]) if findings.lenient else None
        if made is None:
            tell = findings.consequence if reading.left_out else findings.fault
            tell(node.error(str(wrong)))
            return None
    for attribute, detail in getattr(made, "differences", tuple)():
        findings.remark(node.remark(Effect.DIFFERS, detail, attribute))
    _proofread(node, made, findings)
    return made


def _of_nobody(cls: type[T], values: dict[str, Any], why: list[str]) -> T | None:
    """What an element is that calls nobody, as what it names was left out; None for one that is nothing then."""
    left: Callable[[dict[str, Any], str], T | None] | None = getattr(cls, "of_nobody", None)
    return left(values, " ".join(why)) if left is not None else None


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
    """One element being read; `left_out` names what could not be read of what it may have, `inside` says why of
    what is inside it.
    """

    node: Element
    shape: Shape
    findings: Findings
    left_out: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        return self._attributes() | self._nested() | self._content()

    def _attributes(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, given in self.node.attributes.items():
            declared = self._declared_as(name)
            try:
                if declared is not None:
                    kind = self.shape.attributes[declared].kind
                    value = self._value(name, kind, given)
                    values[self.shape.fields[declared]] = value
                    self._remark(name, kind, value)
                else:
                    self._undeclared(name, given)
            except DocumentError as wrong:
                self.findings.fault(wrong)
                self.left_out.extend([] if declared is None else [declared])
        return values

    def _declared_as(self, name: str) -> str | None:
        """The declared attribute that is meant; a lenient reading knows it in other case."""
        if name in self.shape.attributes:
            return name
        declared = in_other_case(name, self.shape.attributes)
        if self.findings.mended is None or declared is None or declared in self.node.attributes:
            return None
        wrong = self.node.error(f"'{name}' is written {declared}.", name, mend=f"Write {declared}.")
        self.findings.mended(wrong, f"it was read as {declared}")
        return declared

    def _value(self, name: str, kind: AttributeType[T], given: object) -> T:
        """The value that is written there; in a lenient reading, the one that was meant. Raises DocumentError."""
        try:
            value = kind.of_json(given) if self.node.typed else kind.of_text(str(given))
        except NotAllowed:
            wanted = kind.allowed
            wrong = self.node.error(f"'{name}' is {shown(given)}: write {wanted}.", name, f"Write {wanted}.")
            return self._meant(kind, given, wrong)
        return self._respelled(name, kind, value)

    def _meant(self, kind: AttributeType[T], given: object, wrong: DocumentError) -> T:
        if self.findings.mended is None:
            raise wrong
        text = given if isinstance(given, str) else json.dumps(given)
        for understood in (kind.of_text, partial(mending.meant, kind, country=self.findings.country)):
            try:
                value: T = understood(text)
            except NotAllowed:
                continue
            self.findings.mended(wrong, f"it was read as {shown(kind.json_of(value))}")
            return value
        raise wrong

    def _respelled(self, name: str, kind: AttributeType[T], value: T) -> T:
        """Who calls may be written in national form, where the reading is lenient."""
        if self.findings.mended is None:
            return value
        respelled: T = mending.respelled(kind, value, self.findings.country)
        if respelled != value:
            detail = f"'{name}' is {shown(value)}, a number without its country."
            wrong = self.node.error(detail, name, mend=f"Write {respelled}.")
            self.findings.mended(wrong, f"it was read as {respelled}")
        return respelled

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
        elif self.node.typed or (name != _OF_XML and ":" not in name):
            allowed = _names(self.node, self.shape)
            why = f"there is no attribute {shown(name)}. Allowed are: {allowed}."
            raise self.node.error(why, name, mend=f"Write one of: {allowed}.")

    def _nested(self) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for place, child in self._placed_children():
            cls: Any = self._class_of(child, place)
            made: Any = None if cls is None else read(child, cls, self._noting())
            if made is None:
                self.left_out.append(child.name)
            else:
                found.setdefault(place, []).append(made)
        values: dict[str, Any] = {place: tuple(each) for place, each in found.items()}
        for place, declared in self.shape.nested.items():
            if declared.shorthand is not None and self.node.text:
                if self.node.children:
                    self._refuse_text()
                    if found or not self.findings.lenient:
                        continue
                text_alone = replace(self.node, attributes={}, parts=(self.node.text,))
                bare: Any = read(text_alone, declared.shorthand, self._noting())
                values[place] = () if bare is None else (bare,)
                self.left_out.extend([place] if bare is None else [])
        return values

    def _noting(self) -> Findings:
        """The findings, which keep what is wrong inside the element too."""

        def fault(wrong: DocumentError) -> None:
            self.inside.append(wrong.detail)
            self.findings.fault(wrong)

        return replace(self.findings, fault=fault)

    def _refuse_text(self) -> None:
        self.findings.fault(self.node.error(f"text can't stand here: {shown(self.node.text)}."))

    def _placed_children(self) -> Iterator[tuple[str, Element]]:
        """Each element inside with the field that it belongs to, out of its wrapper if it has one."""
        if self.shape.content is not None and self.shape.content[1].markup:
            return
        names = [
            *self.shape.ignored_inside,
            *self._elements(),
            *(element_of(cls) for each in self.shape.nested.values() for cls in each.classes),
        ]
        for written in self.node.children:
            child = named_as(written, names, self.findings)
            if child.name in self.shape.ignored_inside:
                detail = f"it has no effect: {self.shape.ignored_inside[child.name]}"
                self.findings.remark(child.remark(Effect.IGNORED, detail))
                continue
            wrapped = [place for place, each in self.shape.nested.items() if each.wrapper == child.name]
            if wrapped:
                self._require_bare(child)
                yield from ((wrapped[0], each) for each in child.children)
                continue
            place = self.shape.nested_as(child.name)
            yield (place[0] if place else "", child)

    def _require_bare(self, wrapper: Element) -> None:
        """A wrapper has neither attributes nor a text of its own."""
        for name in wrapper.attributes:
            if name != _OF_XML and ":" not in name:
                self.findings.fault(wrapper.error(f"it has no attributes, and there is {shown(name)}.", name))
        if wrapper.text:
            self.findings.fault(wrapper.error(f"text can't stand here: {shown(wrapper.text)}."))

    def _class_of(self, child: Element, place: str) -> type | None:
        classes = self.shape.nested[place].classes if place else ()
        by_name = {element_of(cls): cls for cls in classes}
        if (cls := by_name.get(child.name)) is not None:
            return cls
        allowed = ", ".join(f"<{name}>" for name in self._elements()) or "no elements"
        why = refusal_of(child.name)
        said = f"it can't stand in {self.node.label}. Allowed there: {allowed}." if why is None else why
        self._noting().fault(child.error(said))
        return None

    def _elements(self) -> Iterator[str]:
        for declared in self.shape.nested.values():
            yield from [declared.wrapper] if declared.wrapper else map(element_of, declared.classes)

    def _content(self) -> dict[str, Any]:
        if self.shape.content is None:
            shorthand = any(each.shorthand for each in self.shape.nested.values())
            if self.node.text and not shorthand:
                self._refuse_text()
            return {}
        name, declared = self.shape.content
        text = marked_up(self.node, declared.markup, self.findings) if declared.markup else self.node.text
        if self.shape.content_required and not text:
            wanted = declared.kind.allowed
            raise self.node.error(f"it is empty; write {wanted}.", mend=f"Write {wanted}.")
        return {name: self._value(name, declared.kind, text)} if text else {}


def _names(node: Element, shape: Shape) -> str:
    """What may be written there; JSON has keys also for what XML puts between the tags."""
    inside = [*([shape.content[0]] if shape.content else []), *shape.nested] if node.typed else []
    return ", ".join([*inside, *shape.attributes]) or "none"
