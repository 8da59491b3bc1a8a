"""Conferences and queues, and who was in them."""

from typing import Final

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint, false, text

from engine.model.conference import ConferenceStatus
from engine.model.queue import QueueResult
from engine.privacy.retention import DataCategory
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, Options, StoredText, UtcDateTime

_OPEN: Final = "status IN ('init', 'in-progress')"

conferences: Final = Table(
    "conferences",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    personal("friendly_name", StoredText, nullable=False),
    technical("status", EnumColumn(ConferenceStatus), nullable=False),
    technical("date_created", UtcDateTime, nullable=False),
    technical("node", StoredText, nullable=False),
    technical("max_participants", Integer, nullable=False),
    technical("record", Boolean, nullable=False),
    technical("locked", Boolean, nullable=False, server_default=false()),
    technical("ended_at", UtcDateTime),
    personal("options", Options),
    technical("pin", LargeBinary, told=False),
    technical("moderator_pin", LargeBinary, told=False),
    Index(None, "account_id", "date_created", "id"),
    Index(None, "account_id", "friendly_name", "status"),
    Index(None, "status", "node"),
    Index(
        "uq_conferences_open_name",
        "account_id",
        "friendly_name",
        unique=True,
        sqlite_where=text(_OPEN),
        postgresql_where=text(_OPEN),
    ),
    info=about(
        "Rooms in which calls talk with each other; PINs are hashed. Name, options and PINs go, the rest stays.",
        Whose.CUSTOMERS,
        kept=DataCategory.CALLS,
    ),
)

participants: Final = Table(
    "participants",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("conference_id", ForeignKey("conferences.id"), nullable=False),
    technical("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    personal("joined_at", UtcDateTime, nullable=False),
    personal("left_at", UtcDateTime),
    technical("muted", Boolean, nullable=False),
    technical("hold", Boolean, nullable=False),
    personal("label", StoredText, emptied=True),
    technical("deaf", Boolean, nullable=False, server_default=false()),
    technical("coach", IDENTIFIER),
    technical("said_volume", Integer, nullable=False, server_default="100"),
    technical("heard_volume", Integer, nullable=False, server_default="100"),
    technical("end_on_exit", Boolean, nullable=False, server_default=false()),
    technical("moderator", Boolean, nullable=False, server_default=false()),
    technical("consents", Boolean, nullable=False, server_default=false()),
    Index(None, "conference_id", "left_at"),
    info=about(
        "Who was in which conference, by call; a label goes with its call's number.",
        Whose.CALLERS,
        kept=DataCategory.CALLS,
    ),
)

queues: Final = Table(
    "queues",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    personal("friendly_name", StoredText, nullable=False),
    technical("date_created", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "friendly_name"),
    info=about(
        "Queues by account and name, which goes once nobody has waited for so long.",
        Whose.CUSTOMERS,
        kept=DataCategory.CALLS,
    ),
)

queue_waits: Final = Table(
    "queue_waits",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("queue_id", ForeignKey("queues.id"), nullable=False),
    technical("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    technical("priority", Integer, nullable=False),
    personal("entered_at", UtcDateTime, nullable=False),
    personal("left_at", UtcDateTime),
    technical("result", EnumColumn(QueueResult)),
    Index(None, "queue_id", "entered_at"),
    Index(None, "queue_id", "left_at"),
    info=about(
        "Waits, for figures; by call, without a number.",
        Whose.CALLERS,
        kept=DataCategory.CALLS,
    ),
)
