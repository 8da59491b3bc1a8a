"""The tables of call policies: who may call where, and how much; and which calls have begun lately."""

from typing import Final

from sqlalchemy import JSON, String, Table, UniqueConstraint

from engine.model.call_policy import PolicyLevel
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, UtcDateTime

_UNTIL: Final = "until the policy is removed"

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
        until=_UNTIL,
        searched=False,
    ),
)

call_rates: Final = Table(
    "call_rates",
    metadata,
    technical("level", EnumColumn(PolicyLevel), primary_key=True),
    personal("subject", String(64), primary_key=True),
    technical("moments", JSON, nullable=False),
    info=about(
        "When the calls of the last second began, of those whose policy limits calls a second; in microseconds.",
        Whose.CUSTOMERS,
        until=_UNTIL,
        searched=False,
    ),
)
