"""The tables of data protection: the audit log, how long an account keeps what, and what is held."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from engine.privacy.retention import HoldOn, Kept
from engine.store.tables import metadata
from engine.store.types import IDENTIFIER, SERIAL, Moment, Spelled

audit: Final = Table(
    "audit",
    metadata,
    Column("sequence", SERIAL, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("pruned", BigInteger, nullable=False),
    Column("pruned_hash", String(64), nullable=False),
)

retention_periods: Final = Table(
    "retention_periods",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("kind", Spelled(Kept), primary_key=True),
    Column("days", Integer, nullable=False),
)

legal_holds: Final = Table(
    "legal_holds",
    metadata,
    Column("id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", Spelled(HoldOn), nullable=False),
    Column("object", IDENTIFIER, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_by", Text),
)
