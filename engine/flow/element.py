"""An element of a document before it is understood: its name, its attributes, and what stands inside."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine.errors import DocumentError
from engine.flow.diagnostics import Effect, Findings, Remark
from engine.flow_faults import FlowFault

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

    def error(self, detail: str, attribute: str = "", mend: str = "", fault: FlowFault | None = None) -> DocumentError:
        """An error at this place; `mend` is what to write instead."""
        return DocumentError(
            f"{self.label}: {detail}",
            line=self.line,
            column=self.column,
            element=self.name,
            attribute=attribute,
            mend=mend,
            fault=fault,
        )

    def remark(self, effect: Effect, detail: str, attribute: str = "") -> Remark:
        """A remark on this place."""
        return Remark(effect, f"{self.label}: {detail}", self.line, self.column, self.name, attribute)


def named_as(node: Element, names: Collection[str], findings: Findings) -> Element:
    """The element under the one of the names that it bears in other case, in a lenient reading; else as it is."""
    if findings.mended is None or (name := in_other_case(node.name, names)) is None:
        return node
    wrong = node.error(f"its name is written <{name}>.", mend=f"Write <{name}>.")
    findings.mended(wrong, f"it was read as <{name}>")
    return replace(node, name=name)


def in_other_case(name: str, known: Collection[str]) -> str | None:
    """The known name that a name is but for upper and lower case; None if it is known as it is, or not."""
    return None if name in known else next((each for each in known if each.lower() == name.lower()), None)


def shown(value: object) -> str:
    """A value from a document, fit to be shown: on one line, not too long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
