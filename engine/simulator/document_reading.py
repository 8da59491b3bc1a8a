"""Reads along in the documents of a call: which verb of which it performs."""

from collections.abc import Iterator

from engine.flow.document import Document, Verb


class DocumentReading:
    """Follows documents verb by verb. They begin inside each other, as one that somebody hears who waits does."""

    def __init__(self) -> None:
        self._open: list[Iterator[Verb]] = []

    def begins(self, document: Document) -> None:
        """The call performs it from here on."""
        self._open.append(iter(document.verbs))

    def performs(self, name: str) -> Verb | None:
        """The verb of this name that is next; None where none is known."""
        while self._open:
            for verb in self._open[-1]:
                if type(verb).__name__ == name:
                    return verb
            self._open.pop()
        return None
