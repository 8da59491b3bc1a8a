"""The tables of trunks: how each is spoken to, how its registrations stand, what it costs, which are full, how much of
their limits each node may use, and what has happened to them."""

from typing import Final

from sqlalchemy import JSON, Boolean, Index, Integer, LargeBinary, String, Table

from engine.model.call import Direction
from engine.model.trunk import Origin
from engine.model.trunk.reachability import TrunkEventKind
from engine.privacy.retention import DataCategory
from engine.routing.trunk_shares import SharedLimit
from engine.store.data_kinds import Whose, about, personal, technical
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, Money, StoredText, UtcDateTime

_UNTIL: Final = "until the trunk is removed"

trunks: Final = Table(
    "trunks",
    metadata,
    technical("name", String(64), primary_key=True),
    technical("origin", EnumColumn(Origin), nullable=False),
    technical("place", StoredText, nullable=False),
    technical("version", IDENTIFIER, nullable=False),
    personal("fields", JSON, nullable=False),
    technical("password", LargeBinary, told=False),
    technical("created_at", UtcDateTime, nullable=False),
    technical("updated_at", UtcDateTime, nullable=False),
    info=about(
        "How carriers are reached; passwords are encrypted with a key made from the pepper.",
        Whose.OPERATORS,
        until=_UNTIL,
        searched=False,
    ),
)

trunk_registrations: Final = Table(
    "trunk_registrations",
    metadata,
    technical("trunk", String(64), primary_key=True),
    technical("node", StoredText, primary_key=True),
    technical("code", Integer, nullable=False),
    technical("reason", StoredText, nullable=False),
    technical("at", UtcDateTime, nullable=False),
    technical("until", UtcDateTime),
    technical("words", StoredText, nullable=False),
    technical("again_at", UtcDateTime),
    info=about(
        "What carriers last answered to a node's registration.",
        Whose.NOBODY,
        until=_UNTIL,
    ),
)

trunk_costs: Final = Table(
    "trunk_costs",
    metadata,
    technical("trunk", String(64), primary_key=True),
    technical("prefix", String(16), primary_key=True),
    technical("per_minute", Money, nullable=False),
    info=about(
        "What carriers ask for a minute, by the beginning of the called number.",
        Whose.NOBODY,
        until=_UNTIL,
    ),
)

full_trunks: Final = Table(
    "full_trunks",
    metadata,
    technical("trunk", String(64), primary_key=True),
    technical("node", StoredText, primary_key=True),
    info=about(
        "The trunks by which a node sends as many calls as it may.",
        Whose.NOBODY,
        until=_UNTIL,
    ),
)

trunk_shares: Final = Table(
    "trunk_shares",
    metadata,
    technical("trunk", String(64), primary_key=True),
    technical("direction", EnumColumn(Direction), primary_key=True),
    technical("limited", EnumColumn(SharedLimit), primary_key=True),
    technical("node", StoredText, primary_key=True),
    technical("held", Integer, nullable=False),
    technical("used", Integer, nullable=False),
    technical("wants", Boolean, nullable=False),
    info=about(
        "How much each node may use of a trunk's limits, and uses.",
        Whose.NOBODY,
        until="as long as the node runs",
    ),
)

trunk_events: Final = Table(
    "trunk_events",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("trunk", String(64), nullable=False),
    technical("node", StoredText, nullable=False),
    technical("at", UtcDateTime, nullable=False, index=True),
    technical("kind", EnumColumn(TrunkEventKind), nullable=False),
    technical("detail", StoredText, nullable=False),
    Index("ix_trunk_events_trunk_at_id", "trunk", "at", "id"),
    info=about(
        "Tells operators since when a trunk is registered, silent or full, and what its carrier answered.",
        Whose.NOBODY,
        kept=DataCategory.LOGS,
    ),
)
