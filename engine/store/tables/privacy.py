"""Data protection: the audit log, how long an account keeps what, and what is held."""

from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table, Text

from engine.privacy.retention import DataCategory, HoldOn
from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, SERIAL, EnumColumn, UtcDateTime

audit: Final = Table(
    "audit",
    metadata,
    technical("sequence", SERIAL, primary_key=True, autoincrement=False),
    personal("at", UtcDateTime, nullable=False),
    personal("actor", Text, nullable=False),
    technical("action", Text, nullable=False),
    personal("object", Text, nullable=False),
    personal("facts", Text, nullable=False),
    technical("previous", String(64), nullable=False),
    technical("hash", String(64), nullable=False),
    info=about(
        "Who did what. Numbers only as pseudonyms.",
        Whose.OPERATORS,
        kept=DataCategory.AUDIT,
        searched=False,
    ),
)

audit_head: Final = Table(
    "audit_head",
    metadata,
    technical("id", Integer, primary_key=True, autoincrement=False),
    technical("sequence", BigInteger, nullable=False),
    technical("hash", String(64), nullable=False),
    technical("pruned", BigInteger, nullable=False),
    technical("pruned_hash", String(64), nullable=False),
    info=about(
        "Where the audit log's chain ends.",
        Whose.NOBODY,
        until="always",
        searched=False,
    ),
)

retention_periods: Final = Table(
    "retention_periods",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("kind", EnumColumn(DataCategory), primary_key=True),
    technical("days", Integer, nullable=False),
    info=about(
        "An account's own periods.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)

legal_holds: Final = Table(
    "legal_holds",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("kind", EnumColumn(HoldOn), nullable=False),
    technical("object", IDENTIFIER, nullable=False),
    personal("reason", Text, nullable=False),
    technical("set_at", UtcDateTime, nullable=False),
    personal("set_by", Text, nullable=False),
    technical("lifted_at", UtcDateTime),
    personal("lifted_by", Text),
    info=about(
        "What may not be removed, and why.",
        Whose.OPERATORS,
        until="always: a hold is lifted, not deleted",
    ),
)
