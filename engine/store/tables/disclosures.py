"""The tables of what people were told before a program spoke to them, and of accounts' own words for it."""

from typing import Final

from sqlalchemy import ForeignKey, Index, Integer, String, Table

from engine.model.disclosure import DisclosurePolicy
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, StoredText, UtcDateTime

disclosures: Final = Table(
    "disclosures",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("call_id", ForeignKey("calls.id"), nullable=False),
    personal("number", StoredText, nullable=False, index=True),
    technical("policy", EnumColumn(DisclosurePolicy), nullable=False),
    personal("begun_at", UtcDateTime, nullable=False),
    personal("ended_at", UtcDateTime, nullable=False),
    personal("text", StoredText),
    technical("text_version", StoredText),
    personal("language", String(16)),
    personal("asserted_by", StoredText),
    personal("asserted_at", UtcDateTime),
    personal("reason", StoredText),
    Index(None, "call_id", "begun_at"),
    info=about(
        "Shows who was told that a program speaks, in what words and when, or what a client asserted in place of that. "
        "Erasure leaves a pseudonym of the number.",
        Whose.CALLERS,
        kept=DataCategory.CONSENTS,
    ),
)

disclosure_texts: Final = Table(
    "disclosure_texts",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("language", String(8), primary_key=True),
    technical("version", Integer, primary_key=True, autoincrement=False),
    technical("text", StoredText, nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    info=about(
        "An account's own words by which people are told that a program speaks, with their versions.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)
