"""Media streams of calls."""

from typing import Final

from sqlalchemy import Boolean, ForeignKey, Index, String, Table, false

from engine.model.stream import StreamStatus
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, CallbackColumn, EnumColumn, StoredText, StreamFiguresColumn, UtcDateTime

streams: Final = Table(
    "streams",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    technical("node", StoredText, nullable=False),
    personal("url", StoredText, nullable=False),
    personal("name", StoredText),
    technical("tracks", String(20), nullable=False),
    technical("two_way", Boolean, nullable=False, server_default=false()),
    technical("status", EnumColumn(StreamStatus), nullable=False),
    personal("started_at", UtcDateTime, nullable=False),
    personal("ended_at", UtcDateTime),
    personal("error", StoredText),
    technical("consent", IDENTIFIER),
    technical("callback", CallbackColumn),
    technical("figures", StreamFiguresColumn, nullable=False),
    Index(None, "status", "node"),
    info=about(
        "Which programs heard a call or spoke on it, when, and how much of it went over; nothing of the sound.",
        Whose.CALLERS,
        kept=DataCategory.CALLS,
    ),
)
