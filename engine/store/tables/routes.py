"""The table of routes: which calls go to which trunk."""

from typing import Final

from sqlalchemy import ForeignKey, Integer, String, Table

from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, Money, StoredText, UtcDateTime

routes: Final = Table(
    "routes",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("trunk", String(64), nullable=False),
    technical("called_prefix", String(16), nullable=False),
    technical("account_id", ForeignKey("accounts.id")),
    personal("caller_prefix", String(16), nullable=False),
    technical("times", StoredText),
    technical("priority", Integer, nullable=False),
    technical("weight", Integer, nullable=False),
    technical("cost", Money),
    technical("created_at", UtcDateTime, nullable=False),
    info=about(
        "Which calls go to which trunk.",
        Whose.CUSTOMERS,
        until="until the route is removed",
        searched=False,
    ),
)
