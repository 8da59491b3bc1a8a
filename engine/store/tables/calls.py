"""Calls, what happened on them, and what customers' servers are told of them."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Connection, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint, event, text

from engine.model.call import Direction, Status
from engine.model.call_options import CallOptions
from engine.model.callback import BodyFormat
from engine.model.stir import Attestation, Verstat
from engine.model.webhook_exchange import ExchangeKind
from engine.privacy.retention import DataCategory
from engine.store.call_triggers import create_triggers
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.option_columns import option_columns
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, SERIAL, Attempts, EnumColumn, Money, StoredText, UtcDateTime


class CallbackState(StrEnum):
    """The state of a status callback; only a pending one is still to be sent."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


calls: Final = Table(
    "calls",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("direction", EnumColumn(Direction), nullable=False),
    personal("from_", StoredText, nullable=False),
    personal("to", StoredText, nullable=False),
    technical("status", EnumColumn(Status), nullable=False),
    personal("start_time", UtcDateTime, nullable=False),
    technical("node", StoredText, nullable=False),
    personal("answer_time", UtcDateTime),
    personal("end_time", UtcDateTime),
    personal("url", StoredText, emptied=True),
    technical("method", String(4), nullable=False, server_default="POST"),
    personal("fallback_url", StoredText, emptied=True),
    technical("fallback_method", String(4), nullable=False, server_default="POST"),
    personal("flow", StoredText, emptied=True),
    technical("parent_id", ForeignKey("calls.id"), index=True),
    technical("key_id", IDENTIFIER),
    personal("sip_call_id", StoredText, emptied=True),
    technical("sip_code", Integer),
    personal("sip_reason", StoredText, emptied=True),
    technical("q850_cause", Integer),
    personal("attempts", Attempts, nullable=False),
    technical("stir_verstat", EnumColumn(Verstat, longest=22)),
    technical("stir_signed", EnumColumn(Attestation)),
    technical("trunk", String(64)),
    personal("forwarded_from", StoredText, emptied=True),
    technical("price", Money),
    technical("price_unit", String(3), nullable=False),
    *option_columns(CallOptions),
    Index(None, "account_id", "start_time", "id"),
    *(Index(None, "account_id", filtered, "start_time", "id") for filtered in ("from_", "to", "status", "direction")),
    Index(None, "status", "node"),
    Index(None, "trunk", "start_time"),
    info=about(
        "Carries calls, and bills them.",
        Whose.CALLERS,
        kept=DataCategory.CALLS,
    ),
)

call_totals: Final = Table(
    "call_totals",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("day", Date, primary_key=True),
    technical("direction", EnumColumn(Direction), primary_key=True),
    technical("status", EnumColumn(Status), primary_key=True),
    technical("calls", Integer, nullable=False),
    info=about(
        "Counts the calls that have ended, by the UTC day of their start; triggers of `calls` write it.",
        Whose.NOBODY,
        until="as long as there are calls of that day",
        searched=False,
    ),
    sqlite_with_rowid=False,
)


@event.listens_for(calls, "after_create")
def _count_from_now_on(_: Table, connection: Connection, **__: Any) -> None:
    create_triggers(connection)


call_events: Final = Table(
    "call_events",
    metadata,
    technical("id", SERIAL, primary_key=True, autoincrement=True),
    technical("call_id", ForeignKey("calls.id"), nullable=False),
    personal("at", UtcDateTime, nullable=False),
    technical("kind", StoredText, nullable=False),
    personal("facts", JSON, nullable=False),
    Index(None, "call_id", "id"),
    info=about(
        "Explains afterwards what happened on a call. Keys and spoken text only if set.",
        Whose.CALLERS,
        kept=DataCategory.EVENTS,
    ),
)

call_traces: Final = Table(
    "call_traces",
    metadata,
    technical("id", SERIAL, primary_key=True),
    technical("call_id", ForeignKey("calls.id"), nullable=False, unique=True),
    personal("at", UtcDateTime, nullable=False),
    personal("messages", JSON, nullable=False),
    info=about(
        "Shows what was said by SIP about a call that failed. Numbers, keys and secrets are hidden.",
        Whose.CALLERS,
        kept=DataCategory.EVENTS,
    ),
)

outbox: Final = Table(
    "outbox",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("call_id", ForeignKey("calls.id"), nullable=False),
    technical("node", StoredText, nullable=False, server_default=text("''")),
    technical("sequence", Integer, nullable=False),
    personal("url", StoredText, nullable=False),
    technical("method", String(4), nullable=False, server_default="POST"),
    personal("form", JSON, nullable=False),
    technical("state", EnumColumn(CallbackState), nullable=False),
    technical("attempts", Integer, nullable=False),
    technical("next_at", UtcDateTime, nullable=False),
    technical("settled_at", UtcDateTime),
    personal("error", StoredText),
    UniqueConstraint("call_id", "sequence"),
    Index(None, "state", "next_at"),
    Index(None, "node", "state", "next_at"),
    info=about(
        "Delivers status callbacks to customers' servers. Forms stay after delivery only if set.",
        Whose.CALLERS,
        kept=DataCategory.OUTBOX,
    ),
)

webhook_exchanges: Final = Table(
    "webhook_exchanges",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("request_id", IDENTIFIER, nullable=False),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("call_id", ForeignKey("calls.id")),
    technical("kind", EnumColumn(ExchangeKind), nullable=False),
    personal("at", UtcDateTime, nullable=False),
    technical("method", String(4), nullable=False),
    personal("url", StoredText, nullable=False),
    personal("form", JSON, nullable=False),
    technical("format", EnumColumn(BodyFormat), nullable=False),
    technical("attempt", Integer, nullable=False),
    technical("latency_ms", Integer, nullable=False),
    technical("status", Integer),
    personal("error", StoredText),
    technical("retried_because", String(3)),
    personal("answer", StoredText, nullable=False),
    personal("warnings", StoredText),
    Index(None, "call_id", "at"),
    Index(None, "account_id", "at"),
    info=about(
        "The ledger of requests to customers' servers. Bodies only if set.",
        Whose.CALLERS,
        kept=DataCategory.WEBHOOKS,
    ),
)
