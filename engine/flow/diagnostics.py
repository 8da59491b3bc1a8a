"""Findings about a call flow: faults, which refuse it or are passed over, and remarks, which do no harm."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NoReturn

from engine.errors import DocumentError

LEFT_OUT: Final = "it was left out"
REFUSED_WHOLE: Final = "the document was refused"


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


@dataclass(frozen=True, slots=True)
class FlowWarning:
    """A mistake in a call flow that was passed over: why it is one, what to write instead, and what was `done`."""

    reason: str
    mend: str
    done: str
    line: int = 0
    column: int = 0
    element: str = ""
    attribute: str = ""

    @classmethod
    def of(cls, fault: DocumentError, done: str) -> "FlowWarning":
        """The warning that stands for a fault."""
        return cls(fault.detail, fault.mend, done, fault.line, fault.column, fault.element, fault.attribute)

    def __str__(self) -> str:
        return f"{self.mistake} ({self.done})"

    @property
    def mistake(self) -> str:
        """The mistake with its place, whatever becomes of it."""
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.reason}"


Proofread = Callable[[object], Iterable[tuple[str, str]]]
"""What else there is to say of a verb, as attribute and sentence; raises ValueError where it would not do its work."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Collects faults and remarks; a fault that returns lets the reader go on to the next.

    `proofread` knows of verbs what the reader of documents does not: whether their words can be spoken. `mended` takes
    a mistake that could be understood, with what was understood; without it, each mistake is a fault. `country` is that
    whose national numbers are understood then. `consequence` takes the fault of an element that lacks what was a fault
    inside it and is left out for that.
    """

    fault: Callable[[DocumentError], None]
    remark: Callable[[Remark], None]
    proofread: Proofread | None = None
    mended: Callable[[DocumentError, str], None] | None = None
    country: str = ""
    consequence: Callable[[DocumentError], None] = field(default=lambda _: None)

    @property
    def lenient(self) -> bool:
        """Whether mistakes are passed over."""
        return self.mended is not None


@dataclass(frozen=True, slots=True)
class Report:
    """All that there is to tell of a document, in its order: each mistake with what a lenient reading makes of it."""

    country: str = ""
    faults: list[FlowWarning] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def findings(self, proofread: Proofread | None = None) -> Findings:
        """The findings that a reader of documents is handed."""
        return Findings(
            lambda fault: self._took(fault, LEFT_OUT), self.remarks.append, proofread, self._took, self.country
        )

    def refuses(self, fault: DocumentError) -> None:
        """Add what no reading passes over."""
        self._took(fault, REFUSED_WHOLE)

    def _took(self, fault: DocumentError, done: str) -> None:
        self.faults.append(FlowWarning.of(fault, done))


@dataclass(frozen=True, slots=True)
class Lenience:
    """Passes over mistakes and keeps them as warnings, in the document's order; `faults` are those left out."""

    country: str = ""
    warnings: list[FlowWarning] = field(default_factory=list)
    faults: list[DocumentError] = field(default_factory=list)

    def findings(self) -> Findings:
        """The findings that a reader of documents is handed."""
        return Findings(
            self._left_out,
            lambda _: None,
            mended=self._mended,
            country=self.country,
            consequence=self._left_out,
        )

    def _left_out(self, fault: DocumentError) -> None:
        self.faults.append(fault)
        self.warnings.append(FlowWarning.of(fault, LEFT_OUT))

    def _mended(self, fault: DocumentError, done: str) -> None:
        self.warnings.append(FlowWarning.of(fault, done))


def _refuse(fault: DocumentError) -> NoReturn:
    raise fault


STRICT = Findings(_refuse, lambda _: None)
"""The first fault is raised, remarks are nobody's business."""
