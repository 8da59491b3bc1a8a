"""The inventory of stored data: where, of whom and for how long; the facts that docs/compliance/ is made of.

Of the database, each table and column says it itself (engine/store/data_kinds.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.store.data_kinds import TableData, Whose, data_of, data_of_table
from engine.store.tables.complete import metadata


@dataclass(frozen=True, slots=True)
class DataPlace:
    """Files beside the database, in the data folder unless `path` is a URL."""

    path: str
    holds: str
    whose: Whose
    until: str


_TABLES: Final = [metadata.tables[name] for name in sorted(metadata.tables)]

HOLDINGS: Final[Mapping[str, TableData]] = {table.name: data_of_table(table) for table in _TABLES}
"""By table: what it is for, whose it is and how long it is kept."""

PERSONAL: Final[Mapping[str, tuple[str, ...]]] = {
    table.name: tuple(column.name for column in table.columns if data_of(column).personal) for table in _TABLES
}
"""By table: its columns that tell of a person."""

PLACES: Final = (
    DataPlace(
        "recordings/",
        "the sound of recordings, sealed unless recording_encryption is off",
        Whose.CALLERS,
        "with its row: retention, deletion or erasure",
    ),
    DataPlace(
        "recording_store, if it is s3://…",
        "the same, once it was closed; then it is not in recordings/ any more",
        Whose.CALLERS,
        "with its row; where the store is away, as soon as it answers. A bucket that keeps versions keeps it",
    ),
    DataPlace(
        "prompts-cache/", "what was spoken to callers, by a hash", Whose.CALLERS, "least used first; at each erasure"
    ),
    DataPlace(
        "media-cache/", "audio files of customers, by a hash", Whose.CUSTOMERS, "media_cache_seconds; at each erasure"
    ),
    DataPlace("voices/", "voices of Piper that were added", Whose.NOBODY, "until removed"),
    DataPlace("decoder-scratch/, recognizer-scratch/", "work in progress", Whose.CALLERS, "within the call"),
    DataPlace("master.key", "what the accounts' keys are wrapped in", Whose.NOBODY, "always; its owner alone reads it"),
    DataPlace("pepper", "the key of hashes and pseudonyms", Whose.NOBODY, "always; its owner alone reads it"),
    DataPlace("log_folder, if set", "identifiers, what went wrong; numbers masked", Whose.CALLERS, "keep_logs_days"),
    DataPlace("telefoon.db", "the database, unless it is PostgreSQL", Whose.CALLERS, "as its tables"),
)
