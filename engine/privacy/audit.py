"""The audit log's rows and the chain that they form: each names the hash of the one before it.

Whoever changes, takes out or moves a row breaks the chain there. Whoever can also write every later row anew is found
only by a hash that was kept elsewhere (an anchor: `telefoon audit export`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first row follows."""
PRUNED: Final = "audit.prune"
"""The action whose facts, `through` and `hash`, vouch for the oldest rows' absence."""
CLI: Final = "cli"
_MOST_PLACES_TRIED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that was done: `actor` is key:ID, cli or system:NODE; no fact holds a telephone number."""

    actor: str
    action: str
    object: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry in its place; `facts` is canonical JSON, `previous` and `hash` are SHA-256 in hex."""

    sequence: int
    at: datetime
    actor: str
    action: str
    object: str
    facts: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the chain: where it ends, and through which row it was cut off at its beginning."""

    sequence: int
    hash: str
    pruned: int
    pruned_hash: str


class FaultKind(StrEnum):
    """A fault of a row of the audit log."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    UNANCHORED = "unanchored"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is not as it was written."""

    sequence: int
    kind: FaultKind
    detail: str


def by_key(key_id: str) -> str:
    """The actor of a request."""
    return f"key:{key_id}"


def by_system(node: str) -> str:
    """The actor of what a node does by itself."""
    return f"system:{node}"


def canonical(facts: Mapping[str, object]) -> str:
    """JSON of which there is one spelling: keys sorted, no blanks, UTF-8."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def chained(entry: AuditEntry, at: datetime, sequence: int, previous: str) -> AuditRow:
    """The entry as the row behind the one whose hash is `previous`."""
    row = AuditRow(sequence, at, entry.actor, entry.action, entry.object, canonical(entry.facts), previous, "")
    return replace(row, hash=hash_of(row))


def hash_of(row: AuditRow) -> str:
    """Over all but the hash itself."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [row.sequence, at, row.actor, row.action, row.object, row.facts, row.previous]
    return hashlib.sha256(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


class Verifier:
    """Is shown every row in order, then told the end; tells what is wrong on the way."""

    def __init__(self, head: Head, anchor: str | None = None) -> None:
        self._head = head
        self._anchor = anchor
        self._last = AuditRow(head.pruned, datetime.min.replace(tzinfo=UTC), "", "", "", "", "", head.pruned_hash)
        self._last_is_faulty = False
        self._pruning_is_told = head.pruned == 0
        self._anchor_is_seen = anchor is None or anchor in (GENESIS, head.pruned_hash)

    def check(self, row: AuditRow) -> Iterator[Fault]:
        """What is wrong up to this row."""
        last, was_faulty, found = self._last, self._last_is_faulty, False
        if row.sequence > last.sequence + 1:
            yield _missing(last.sequence + 1, row.sequence - 1)
            was_faulty = True
        if hash_of(row) != row.hash:
            found = True
            yield self._moved_or_changed(row)
        elif row.previous != last.hash and not was_faulty:
            yield Fault(last.sequence, FaultKind.CHANGED, f"row {row.sequence} follows another row than this one")
        self._note(row, found)

    def end(self) -> Iterator[Fault]:
        """What is wrong with the whole."""
        last, head = self._last, self._head
        if last.sequence < head.sequence:
            yield _missing(last.sequence + 1, head.sequence)
        elif last.hash != head.hash and not self._last_is_faulty:
            yield Fault(last.sequence, FaultKind.CHANGED, "it is not the row that was written last")
        if not self._pruning_is_told:
            yield _missing(1, head.pruned)
        if not self._anchor_is_seen:
            yield Fault(last.sequence, FaultKind.UNANCHORED, f"no row has the anchor's hash {self._anchor}")

    def _note(self, row: AuditRow, faulty: bool) -> None:
        self._last, self._last_is_faulty = row, faulty
        if row.hash == self._anchor:
            self._anchor_is_seen = True
        pruned = canonical({"through": self._head.pruned, "hash": self._head.pruned_hash})
        if row.action == PRUNED and row.facts == pruned:
            self._pruning_is_told = True

    def _moved_or_changed(self, row: AuditRow) -> Fault:
        for place in range(1, min(self._head.sequence, _MOST_PLACES_TRIED) + 1):
            if hash_of(replace(row, sequence=place)) == row.hash:
                return Fault(row.sequence, FaultKind.REORDERED, f"it was written as row {place}")
        return Fault(row.sequence, FaultKind.CHANGED, "its hash is not that of what it says")


def _missing(first: int, last: int) -> Fault:
    detail = "it is gone" if first == last else f"it and all up to row {last} are gone"
    return Fault(first, FaultKind.MISSING, detail)
