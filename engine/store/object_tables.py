"""The table of what is under way between a node's disk and the object store."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from engine.store.tables import metadata
from engine.store.types import IDENTIFIER, Moment, Spelled


class MoveState(StrEnum):
    """`coming`: being uploaded; `cancelled`: deleted while it was; `leaving`: deleted once it was in the store."""

    COMING = "coming"
    CANCELLED = "cancelled"
    LEAVING = "leaving"


object_moves: Final = Table(
    "object_moves",
    metadata,
    Column("recording_id", IDENTIFIER, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("state", Spelled(MoveState), nullable=False),
    Column("since", Moment, nullable=False),
    Index(None, "node", "state"),
)
"""Its recording may be gone, so it refers to none."""
