"""Findings about a call flow: faults, which refuse it, and remarks, which do not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn

from engine.errors import DocumentError


class Effect(StrEnum):
    """The subject of a remark."""

    IGNORED = "ignored"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that works otherwise here than elsewhere; `line` and `column` count from 1, 0 where unknown."""

    effect: Effect
    detail: str
    line: int = 0
    column: int = 0
    element: str = ""
    attribute: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.detail}"


Proofread = Callable[[object], Iterable[tuple[str, str]]]
"""What else there is to say of a verb, as attribute and sentence; raises ValueError where it would not do its work."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Collects faults and remarks; a fault that returns lets the reader go on to the next.

    `proofread` knows of verbs what the reader of documents does not: whether their words can be spoken.
    """

    fault: Callable[[DocumentError], None]
    remark: Callable[[Remark], None]
    proofread: Proofread | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All of them, in the document's order."""

    faults: list[DocumentError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def findings(self, proofread: Proofread | None = None) -> Findings:
        return Findings(self.faults.append, self.remarks.append, proofread)


def _refuse(fault: DocumentError) -> NoReturn:
    raise fault


STRICT = Findings(_refuse, lambda _: None)
"""The first fault is raised, remarks are nobody's business."""
