"""The tables of campaign pacing: how fast accounts may call, which calls wait for their turn, and which have begun."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, Table

from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, SERIAL, StoredText, UtcDateTime

account_paces: Final = Table(
    "account_paces",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("calls_per_s", Float),
    technical("calls_at_once", Integer),
    technical("most_queued", Integer, nullable=False),
    info=about(
        "How fast calls of an account begin, and how many may wait.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)

account_lines: Final = Table(
    "account_lines",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("free_at", UtcDateTime),
    technical("turn", BigInteger, nullable=False),
    info=about(
        "When the next of an account's calls that wait may begin, and whose turn it is between accounts.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)

queued_calls: Final = Table(
    "queued_calls",
    metadata,
    technical("id", SERIAL, primary_key=True, autoincrement=True),
    technical("call_id", IDENTIFIER, nullable=False, unique=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False),
    technical("node", StoredText, nullable=False),
    technical("hides_caller", Boolean, nullable=False),
    technical("by_number", Boolean, nullable=False, default=False),  # nobody reads it since migration 0031
    technical("sip_password", LargeBinary, told=False),
    technical("claimed_by", StoredText),
    Index(None, "account_id", "id"),
    info=about(
        "Which calls wait for their turn, in their order; passwords are encrypted with a key made from the pepper.",
        Whose.NOBODY,
        until="until the call begins or is cancelled",
    ),
)

paced_calls: Final = Table(
    "paced_calls",
    metadata,
    technical("call_id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    info=about(
        "Which calls have waited for their turn, and go on.",
        Whose.NOBODY,
        until="until another call of the account begins after they have ended",
    ),
)
