"""A call flow that came with a request: its text, which is stored, and the document that is run."""

import json
from dataclasses import dataclass
from typing import Any

from engine.flow.document import Document
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.flow.parse import read_flow


@dataclass(frozen=True, slots=True)
class WrittenFlow:
    """A call flow as its author wrote it, and the document that was read from it, once."""

    text: str
    document: Document

    @classmethod
    def read(cls, given: str | list[Any], manner: ReadingManner = STRICT_MANNER) -> "WrittenFlow":
        """Read a document from XML or JSON as text, or from a list of verbs. Raises DocumentError."""
        return cls(given if isinstance(given, str) else json.dumps(given), read_flow(given, None, manner))
