"""The tables of prepaid balances: how each stands, what is reserved for calls that go on, and the ledger."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, String, Table, UniqueConstraint

from engine.model.balance import BalanceEntryKind
from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, StoredText, UtcDateTime

balances: Final = Table(
    "balances",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("prepaid", Boolean, nullable=False),
    technical("available", BigInteger, nullable=False),
    technical("reserved", BigInteger, nullable=False),
    technical("spent", BigInteger, nullable=False),
    CheckConstraint("available >= 0", name="ck_balances_available"),
    CheckConstraint("reserved >= 0", name="ck_balances_reserved"),
    info=about(
        "What an account has paid beforehand for its calls, in ten-thousandths of a euro.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)

balance_reservations: Final = Table(
    "balance_reservations",
    metadata,
    technical("call_id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("node", StoredText, nullable=False),
    technical("units", BigInteger, nullable=False),
    info=about(
        "What is kept of a balance for a call that goes on.",
        Whose.NOBODY,
        until="until the call has ended",
    ),
)

balance_entries: Final = Table(
    "balance_entries",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("at", UtcDateTime, nullable=False),
    technical("kind", EnumColumn(BalanceEntryKind), nullable=False),
    technical("units", BigInteger, nullable=False),
    technical("key", String(255), nullable=False),
    personal("note", StoredText, nullable=False),
    technical("short", BigInteger, nullable=False),
    UniqueConstraint("account_id", "kind", "key"),
    info=about(
        "The ledger of balances: top-ups, and what each call has cost.",
        Whose.CUSTOMERS,
        until=ACCOUNT_LIFE,
        searched=False,
    ),
)
