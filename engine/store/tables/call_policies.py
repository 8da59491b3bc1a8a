"""The table of call policies: who may call where, and how much."""

from typing import Final

from sqlalchemy import JSON, String, Table, UniqueConstraint

from engine.model.call_policy import PolicyLevel
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, UtcDateTime

call_policies: Final = Table(
    "call_policies",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("level", EnumColumn(PolicyLevel), nullable=False),
    personal("subject", String(64), nullable=False),
    technical("fields", JSON, nullable=False),
    technical("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("level", "subject"),
    info=about(
        "Who may call where, and how much; the subject is an account, one of its numbers, or one of its keys.",
        Whose.CUSTOMERS,
        until="until the policy is removed",
        searched=False,
    ),
)
