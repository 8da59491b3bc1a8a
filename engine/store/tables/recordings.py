"""Recordings, their way to the object store, and who consented to them."""

from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, false

from engine.model.consent import ConsentPolicy, Given, How, Purpose, Sentence
from engine.model.recording import RecordingStatus
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, CallbackColumn, EnumColumn, RecordingMarksColumn, StoredText, UtcDateTime


class MoveState(StrEnum):
    """`coming`: being uploaded; `cancelled`: deleted while it was; `leaving`: deleted once it was in the store."""

    COMING = "coming"
    CANCELLED = "cancelled"
    LEAVING = "leaving"


recordings: Final = Table(
    "recordings",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("source", String(20), nullable=False),
    technical("status", EnumColumn(RecordingStatus), nullable=False),
    personal("path", StoredText, nullable=False, told=False),
    technical("channels", Integer, nullable=False),
    technical("rate_hz", Integer, nullable=False),
    personal("started_at", UtcDateTime, nullable=False),
    technical("lead_s", Float(53), nullable=False, server_default="0"),
    technical("node", StoredText, nullable=False),
    technical("call_id", ForeignKey("calls.id"), index=True),
    technical("conference_id", ForeignKey("conferences.id"), index=True),
    technical("seconds", Float(53)),
    technical("size_bytes", BigInteger),
    personal("sha256", String(64)),
    personal("ended_at", UtcDateTime),
    technical("error", StoredText),
    technical("wrapped_key", LargeBinary, told=False),
    technical("consent", IDENTIFIER),
    technical("unwanted", Boolean, nullable=False, server_default=false()),
    technical("marks", RecordingMarksColumn),
    technical("trim", Boolean, nullable=False, server_default=false()),
    technical("callback", CallbackColumn),
    technical("told_on", IDENTIFIER),
    technical("object_url", StoredText, told=False),
    Index(None, "account_id", "started_at", "id"),
    Index(None, "status", "node"),
    Index(None, "node", "object_url", "status"),
    info=about(
        "What is known of each recording; its sound is a sealed file, whose key is wrapped here.",
        Whose.CALLERS,
        kept=DataCategory.RECORDINGS,
    ),
)

object_moves: Final = Table(
    "object_moves",
    metadata,
    technical("recording_id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("url", Text, nullable=False),
    technical("node", Text, nullable=False),
    technical("state", EnumColumn(MoveState), nullable=False),
    technical("since", UtcDateTime, nullable=False),
    Index(None, "node", "state"),
    info=about(
        "Recordings on their way to the object store, and objects that are to be deleted there.",
        Whose.NOBODY,
        until="until it is done",
    ),
)
"""Its recording may be gone, so it refers to none."""

consents: Final = Table(
    "consents",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("call_id", ForeignKey("calls.id"), nullable=False),
    technical("conference_id", IDENTIFIER, index=True),
    personal("number", StoredText, nullable=False, index=True),
    technical("purpose", EnumColumn(Purpose), nullable=False, server_default=Purpose.RECORDING),
    technical("policy", EnumColumn(ConsentPolicy), nullable=False),
    technical("basis", StoredText),
    technical("given", EnumColumn(Given), nullable=False),
    technical("how", EnumColumn(How), nullable=False),
    personal("digit", String(4)),
    personal("wording", StoredText),
    technical("wording_version", StoredText),
    personal("language", String(16)),
    technical("offset_s", Float(53)),
    personal("at", UtcDateTime, nullable=False),
    personal("reference", StoredText),
    personal("given_by", StoredText),
    personal("given_at", UtcDateTime),
    Index(None, "call_id", "at"),
    info=about(
        "Shows who agreed to be recorded, streamed or written down, or did not, to what words and how. "
        "Erasure leaves a pseudonym of the number.",
        Whose.CALLERS,
        kept=DataCategory.CONSENTS,
    ),
)

consent_texts: Final = Table(
    "consent_texts",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("sentence", EnumColumn(Sentence), primary_key=True),
    technical("language", String(8), primary_key=True),
    technical("version", Integer, primary_key=True, autoincrement=False),
    technical("text", StoredText, nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    info=about(
        "An account's own words about recording, streaming and writing down, with their versions.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)
