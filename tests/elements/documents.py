"""The documents under tests/elements/documents: three for each element of the package, and what becomes of them.

A file is named after the element's class in the package; `python -m tests.elements.renew` writes anew what is told of
each, to be read before it is committed.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "documents"
KINDS: Final = ("usual", "extreme", "mistaken")
SHOP: Final = "https://shop.example"
"""The customer's server; in a real call, one of this machine."""
BASE: Final = f"{SHOP}/start"
LIMIT_S: Final = 120.0
FAR_END: Final = "pbx.example"
"""The host of SIP addresses; in a real call, the far end's own."""

PAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/menu": "<Response><Play>/880.wav</Play></Response>",
        "/done": "<Response><Play>/1200.wav</Play></Response>",
        "/whisper": "<Response><Play>/880.wav</Play></Response>",
        "/about": "<Response><Play>/880.wav</Play></Response>",
        "/wait": "<Response><Play>/1400.wav</Play></Response>",
        "/leave": "<Response><Leave/></Response>",
        "/referred": "<Response><Hangup/></Response>",
    }
)
"""What the customer's server answers beside the document itself."""


@dataclass(frozen=True, slots=True)
class ElementDocument:
    """One document. `check` has what `telefoon flow check` finds, `simulated` what the simulator tells of a call.

    Of a call's people, `digits` and `answers` are their script. `heard` is what the far end of a real call hears, and
    `asked` what the customer's server is told meanwhile, by path; both are empty where a call makes no sound.
    """

    element: str
    kind: str
    document: str
    check: Sequence[str] = ()
    simulated: str = ""
    refused: str = ""
    digits: str = ""
    answers: str = ""
    heard: Sequence[str] = ()
    asked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.element}-{self.kind}"


def documents() -> Sequence[ElementDocument]:
    """All of them, by element."""
    return [each for file in sorted(FOLDER.glob("*.toml")) for each in read(file)]


def read(file: Path) -> Sequence[ElementDocument]:
    """The three of one element."""
    written = tomllib.loads(file.read_text("utf-8"))
    return [_of(file.stem, kind, written[kind]) for kind in KINDS]


def _of(element: str, kind: str, written: dict[str, Any]) -> ElementDocument:
    return ElementDocument(element, kind, **written)
