"""Every table as it is now; those of data protection are in privacy_tables.py.

What led here is told by migrations/; a test holds the two against each other.

Columns are named as the fields of the dataclasses that they hold, so rows and values need no mapping. Those of options
of calls are made of their table (engine/call_options.py).
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from engine.call import Direction, Status
from engine.call_options import AccountOptions, CallOptions, NumberOptions
from engine.conference import ConferenceStatus
from engine.consent import Given, How, Policy, Sentence
from engine.queue import QueueResult
from engine.recording import RecordingStatus
from engine.store.option_columns import option_columns
from engine.store.types import (
    IDENTIFIER,
    SERIAL,
    Attempts,
    Marks,
    Moment,
    Money,
    Options,
    Scopes,
    Spelled,
    StoredText,
    Told,
)
from engine.web.exchange import ExchangeKind
from engine.web.request import BodyFormat

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class CallbackState(StrEnum):
    """Where a status callback stands; only a pending one is still to be sent."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("name", StoredText, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    *option_columns(AccountOptions),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("hint", String(4), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("scopes", Scopes, nullable=False, server_default="calls"),
)

account_secrets: Final = Table(
    "account_secrets",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
)

account_keys: Final = Table(
    "account_keys",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("master", StoredText, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

numbers: Final = Table(
    "numbers",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("e164", String(16), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("url", StoredText),
    Column("fallback_url", StoredText),
    Column("method", String(4), nullable=False, server_default="POST"),
    Column("fallback_method", String(4), nullable=False, server_default="POST"),
    Column("webhook_format", Spelled(BodyFormat), nullable=False, server_default="form"),
    *option_columns(NumberOptions),
)

calls: Final = Table(
    "calls",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("direction", Spelled(Direction), nullable=False),
    Column("from_", StoredText, nullable=False),
    Column("to", StoredText, nullable=False),
    Column("status", Spelled(Status), nullable=False),
    Column("start_time", Moment, nullable=False),
    Column("node", StoredText, nullable=False),
    Column("answer_time", Moment),
    Column("end_time", Moment),
    Column("url", StoredText),
    Column("fallback_url", StoredText),
    Column("flow", StoredText),
    Column("parent_id", ForeignKey("calls.id"), index=True),
    Column("sip_call_id", StoredText),
    Column("sip_code", Integer),
    Column("sip_reason", StoredText),
    Column("q850_cause", Integer),
    Column("attempts", Attempts, nullable=False),
    Column("price", Money),
    Column("price_unit", String(3), nullable=False),
    *option_columns(CallOptions),
    Index(None, "account_id", "start_time", "id"),
    Index(None, "status", "node"),
)

call_events: Final = Table(
    "call_events",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("facts", JSON, nullable=False),
    Index(None, "call_id", "id"),
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("url", StoredText, nullable=False),
    Column("method", String(4), nullable=False, server_default="POST"),
    Column("form", JSON, nullable=False),
    Column("state", Spelled(CallbackState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("error", StoredText),
    UniqueConstraint("call_id", "sequence"),
    Index(None, "state", "next_at"),
)

webhook_exchanges: Final = Table(
    "webhook_exchanges",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("request_id", IDENTIFIER, nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("call_id", ForeignKey("calls.id")),
    Column("kind", Spelled(ExchangeKind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("method", String(4), nullable=False),
    Column("url", StoredText, nullable=False),
    Column("form", JSON, nullable=False),
    Column("format", Spelled(BodyFormat), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("latency_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error", StoredText),
    Column("retried_because", String(3)),
    Column("answer", StoredText, nullable=False),
    Index(None, "call_id", "at"),
    Index(None, "account_id", "at"),
)

conferences: Final = Table(
    "conferences",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("friendly_name", StoredText, nullable=False),
    Column("status", Spelled(ConferenceStatus), nullable=False),
    Column("date_created", Moment, nullable=False),
    Column("node", StoredText, nullable=False),
    Column("max_participants", Integer, nullable=False),
    Column("record", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("ended_at", Moment),
    Column("options", Options),
    Column("pin", LargeBinary),
    Column("moderator_pin", LargeBinary),
    Index(None, "account_id", "date_created", "id"),
    Index(None, "account_id", "friendly_name", "status"),
    Index(None, "status", "node"),
)

participants: Final = Table(
    "participants",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("conference_id", ForeignKey("conferences.id"), nullable=False),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("muted", Boolean, nullable=False),
    Column("hold", Boolean, nullable=False),
    Column("label", StoredText),
    Column("deaf", Boolean, nullable=False, server_default=false()),
    Column("coach", IDENTIFIER),
    Column("said_volume", Integer, nullable=False, server_default="100"),
    Column("heard_volume", Integer, nullable=False, server_default="100"),
    Column("end_on_exit", Boolean, nullable=False, server_default=false()),
    Column("moderator", Boolean, nullable=False, server_default=false()),
    Index(None, "conference_id", "left_at"),
)

recordings: Final = Table(
    "recordings",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("source", String(20), nullable=False),
    Column("status", Spelled(RecordingStatus), nullable=False),
    Column("path", StoredText, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("rate_hz", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("lead_s", Float(53), nullable=False, server_default="0"),
    Column("node", StoredText, nullable=False),
    Column("call_id", ForeignKey("calls.id"), index=True),
    Column("conference_id", ForeignKey("conferences.id"), index=True),
    Column("seconds", Float(53)),
    Column("size_bytes", BigInteger),
    Column("sha256", String(64)),
    Column("ended_at", Moment),
    Column("error", StoredText),
    Column("wrapped_key", LargeBinary),
    Column("consent", IDENTIFIER),
    Column("unwanted", Boolean, nullable=False, server_default=false()),
    Column("marks", Marks),
    Column("trim", Boolean, nullable=False, server_default=false()),
    Column("callback", Told),
    Column("told_on", IDENTIFIER),
    Column("object_url", StoredText),
    Index(None, "account_id", "started_at", "id"),
    Index(None, "status", "node"),
    Index(None, "node", "object_url", "status"),
)

queues: Final = Table(
    "queues",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("friendly_name", StoredText, nullable=False),
    Column("date_created", Moment, nullable=False),
    UniqueConstraint("account_id", "friendly_name"),
)

queue_waits: Final = Table(
    "queue_waits",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("queue_id", ForeignKey("queues.id"), nullable=False),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("priority", Integer, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("result", Spelled(QueueResult)),
    Index(None, "queue_id", "entered_at"),
    Index(None, "queue_id", "left_at"),
)

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("status", Integer),
    Column("body", StoredText),
    Column("location", StoredText),
)

consents: Final = Table(
    "consents",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False),
    Column("conference_id", IDENTIFIER, index=True),
    Column("number", StoredText, nullable=False, index=True),
    Column("policy", Spelled(Policy), nullable=False),
    Column("basis", StoredText),
    Column("given", Spelled(Given), nullable=False),
    Column("how", Spelled(How), nullable=False),
    Column("digit", String(4)),
    Column("wording", StoredText),
    Column("wording_version", StoredText),
    Column("language", String(16)),
    Column("offset_s", Float(53)),
    Column("at", Moment, nullable=False),
    Column("reference", StoredText),
    Column("given_by", StoredText),
    Column("given_at", Moment),
    Index(None, "call_id", "at"),
)

consent_texts: Final = Table(
    "consent_texts",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("sentence", Spelled(Sentence), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", StoredText, nullable=False),
    Column("created_at", Moment, nullable=False),
)
