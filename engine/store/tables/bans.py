"""The table of sources of SIP of which nothing is heard for a time."""

from typing import Final

from sqlalchemy import Integer, Table

from engine.model.ban import BanReason
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import EnumColumn, StoredText, UtcDateTime

bans: Final = Table(
    "bans",
    metadata,
    personal("source", StoredText, primary_key=True),
    technical("reason", EnumColumn(BanReason), nullable=False),
    technical("times", Integer, nullable=False),
    technical("since", UtcDateTime, nullable=False),
    technical("until", UtcDateTime, nullable=False, index=True),
    info=about(
        "Keeps away addresses that sent more SIP than they may, or that an operator has banned.",
        Whose.CALLERS,
        until="a day after the ban's end",
        searched=False,
    ),
)
