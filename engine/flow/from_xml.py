"""The XML spelling, `<Response>…</Response>`.

Read by expat with everything refused that a call flow has no use for: document types, entities of one's own, more than
64 KiB, elements more than ten deep (XML 1.0 §2.8, §4.1). Comments and processing instructions say nothing to us, nor
do the prefixes of namespaces (XML 1.0 §2.5, §2.6; Namespaces in XML 1.0 §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from engine.errors import DocumentError
from engine.flow.diagnostics import STRICT, Findings
from engine.flow.document import Document, Verb
from engine.flow.element import Element, named_as, shown
from engine.flow.reading import read
from engine.flow.shape import shape_of
from engine.flow.unsupported import refusal_of
from engine.flow.verbs import VERBS
from engine.flow_faults import FlowFault

SIZE_LIMIT: Final = 64 * 1024
DEPTH_LIMIT: Final = 10
ROOT: Final = "Response"


def from_xml(body: str | bytes, findings: Findings = STRICT) -> Document:
    """The document that the XML spells. Raises DocumentError: always if it is no XML, else as the findings say."""
    if len(body if isinstance(body, bytes) else body.encode("utf-8", "replace")) > SIZE_LIMIT:
        raise DocumentError("The document is longer than 64 KiB.", fault=FlowFault.TOO_LONG)
    root = named_as(_Reader().read(body), [ROOT], findings)
    if root.name != ROOT:
        raise root.error(f"a call flow begins with <{ROOT}>.", fault=FlowFault.ROOT)
    if root.text:
        findings.fault(root.error(f"text can't stand outside of the verbs: {shown(root.text)}."))
    verbs = [_verb(child, findings) for child in root.children]
    return Document(tuple(verb for verb in verbs if verb is not None))


def _verb(node: Element, findings: Findings) -> Verb | None:
    node = named_as(node, VERBS, findings)
    cls = VERBS.get(node.name)
    if cls is not None:
        return read(node, cls, findings)
    findings.fault(node.error(refusal_of(node.name) or _why_no_verb(node.name)))
    return None


def _why_no_verb(name: str) -> str:
    homes = [f"<{verb}>" for verb, cls in VERBS.items() if shape_of(cls).nested_as(name)]
    if homes:
        return f"it is no verb. It stands in {' or '.join(homes)}."
    allowed = ", ".join(f"<{verb}>" for verb in VERBS)
    return f"there is no such verb. Allowed are: {allowed}."


@dataclass(slots=True)
class _Open:
    """An element whose end has not been read yet."""

    name: str
    attributes: Mapping[str, object]
    line: int
    column: int
    parts: list[str | Element] = field(default_factory=list)

    def closed(self) -> Element:
        return Element(self.name, f"<{self.name}>", self.attributes, tuple(self.parts), self.line, self.column)


class _Reader:
    """Builds nodes from expat's events."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_entity
        self._open: list[_Open] = []
        self._root: Element | None = None

    def read(self, body: str | bytes) -> Element:
        try:
            self._parser.Parse(body, True)
        except expat.ExpatError as wrong:
            detail = f"This is not well-formed XML: {expat.ErrorString(wrong.code)}."
            raise DocumentError(detail, line=wrong.lineno, column=wrong.offset + 1) from None
        except (LookupError, ValueError) as wrong:
            raise DocumentError(f"The document's encoding can't be read: {shown(str(wrong))}.") from None
        if self._root is None:
            self._refuse("The document is empty.")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line, column = self._place()
        if len(self._open) >= DEPTH_LIMIT:
            self._refuse(f"Elements are nested more than {DEPTH_LIMIT} deep.")
        self._open.append(_Open(name.rpartition(":")[2], attributes, line, column))

    def _end(self, name: str) -> None:
        node = self._open.pop().closed()
        if self._open:
            self._open[-1].parts.append(node)
        else:
            self._root = node

    def _text(self, data: str) -> None:
        self._open[-1].parts.append(data)

    def _refuse_doctype(self, *_: object) -> None:
        self._refuse("A document type (<!DOCTYPE …>) is not allowed.")

    def _refuse_entity(self, *_: object) -> None:
        self._refuse("Entities of one's own are not allowed.")

    def _refuse(self, detail: str) -> NoReturn:
        line, column = self._place()
        raise DocumentError(detail, line=line, column=column)

    def _place(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
