"""The nodes that share this database, and leases of what only one of them does at a time."""

from typing import Final

from sqlalchemy import Boolean, Float, Integer, String, Table, text

from engine.model.node import DutyKind, NodeState
from engine.store.data_kinds import Whose, about, technical
from engine.store.tables.schema import metadata
from engine.store.types import SERIAL, EnumColumn, StoredText, UtcDateTime

nodes: Final = Table(
    "nodes",
    metadata,
    technical("name", StoredText, primary_key=True),
    technical("instance", String(34), nullable=False),
    technical("state", EnumColumn(NodeState), nullable=False),
    technical("rest_url", StoredText, nullable=False),
    technical("sip_address", StoredText, nullable=False),
    technical("sip_over_ipv6", StoredText, nullable=False, server_default=text("''")),
    technical("region", StoredText, nullable=False),
    technical("version", StoredText, nullable=False),
    technical("process", StoredText, nullable=False),
    technical("capacity", Integer, nullable=False),
    technical("live_calls", Integer, nullable=False),
    technical("load", Float, nullable=False),
    technical("started_at", UtcDateTime, nullable=False),
    technical("beat_at", UtcDateTime, nullable=False),
    technical("lease_until", UtcDateTime, nullable=False),
    technical("drain_wanted", Boolean, nullable=False),
    technical("settled", Boolean, nullable=False),
    technical("taken_by", StoredText),
    info=about(
        "Tells nodes of each other, and whose calls somebody else must close.",
        Whose.NOBODY,
        until="until an operator forgets the node",
    ),
)

node_fences: Final = Table(
    "node_fences",
    metadata,
    technical("name", StoredText, primary_key=True),
    technical("instance", String(34), nullable=False),
    info=about(
        "Which run of a node may write: a row of its own, since each transaction locks it.",
        Whose.NOBODY,
        until="until an operator forgets the node",
    ),
)

leases: Final = Table(
    "leases",
    metadata,
    technical("name", StoredText, primary_key=True),
    technical("node", StoredText, nullable=False),
    technical("lease_until", UtcDateTime, nullable=False),
    info=about(
        "Who does what only one node does at a time.",
        Whose.NOBODY,
        until="until another node does it",
    ),
)

node_duties: Final = Table(
    "node_duties",
    metadata,
    technical("id", SERIAL, primary_key=True, autoincrement=True),
    technical("node", StoredText, nullable=False, index=True),
    technical("kind", EnumColumn(DutyKind), nullable=False),
    technical("file", StoredText, nullable=False),
    technical("since", UtcDateTime, nullable=False),
    info=about(
        "Files that a node is to delete on its disk, since another has erased what they were of.",
        Whose.NOBODY,
        until="until the node has done so",
    ),
)
