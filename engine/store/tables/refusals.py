"""The tables of calls that came in and were refused: one in which each node counts its own, and the one before it."""

from typing import Final

from sqlalchemy import Integer, Table

from engine.model.refusal import RefusalRule
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import EnumColumn, StoredText, UtcDateTime

refused_calls: Final = Table(
    "refused_calls",
    metadata,
    technical("node", StoredText, primary_key=True),
    personal("source", StoredText, primary_key=True),
    technical("rule", EnumColumn(RefusalRule), primary_key=True),
    personal("number", StoredText, primary_key=True),
    technical("count", Integer, nullable=False),
    technical("first_at", UtcDateTime, nullable=False),
    personal("last_at", UtcDateTime, nullable=False),
    info=about(
        "Tells operators which calls were refused, by which node, from where and why. Who called is not in it.",
        Whose.CALLERS,
        kept=DataCategory.LOGS,
        searched=False,
    ),
)

refusals: Final = Table(
    "refusals",
    metadata,
    personal("source", StoredText, primary_key=True),
    technical("rule", EnumColumn(RefusalRule), primary_key=True),
    personal("number", StoredText, primary_key=True),
    technical("count", Integer, nullable=False),
    technical("first_at", UtcDateTime, nullable=False),
    personal("last_at", UtcDateTime, nullable=False, index=True),
    info=about(
        "The same as counted by nodes of the release before `refused_calls`, all in one row.",
        Whose.CALLERS,
        kept=DataCategory.LOGS,
        searched=False,
    ),
)
