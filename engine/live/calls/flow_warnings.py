"""Tells a call of the mistakes in its flows that were passed over."""

from typing import Final

from engine.flow.diagnostics import FlowWarning
from engine.flow.document import Document
from engine.live.session.session import Session

INLINE: Final = "inline flow"
"""Where a flow is that came with a request."""

_MOST: Final = 50


class FlowWarnings:
    """Tells each mistake once, however often its document comes by, and of one call no more than fifty."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: set[tuple[str, FlowWarning]] = set()

    def tell(self, target: str, document: Document) -> None:
        """Note the warnings of a document that is about to be performed; `target` is its URL."""
        for warning in document.warnings:
            if (target, warning) not in self._told and len(self._told) < _MOST:
                self._told.add((target, warning))
                self._session.note_event("flow_warning", target=target, **_facts(warning))


def _facts(warning: FlowWarning) -> dict[str, str | int]:
    """The warning's facts that are known."""
    every: dict[str, str | int] = {
        "line": warning.line,
        "column": warning.column,
        "element": warning.element,
        "attribute": warning.attribute,
        "reason": warning.reason,
        "mend": warning.mend,
        "done": warning.done,
    }
    return {name: value for name, value in every.items() if value}
