"""The schema with every table in it as it is now: what reads or makes the whole database takes it from here.

What led here is told by migrations/; a test holds the two against each other.
"""

from engine.store.tables import (  # noqa: F401 (they join the schema)
    accounts,
    balances,
    bans,
    call_policies,
    calls,
    conferences,
    disclosures,
    nodes,
    pacing,
    privacy,
    recordings,
    refusals,
    routes,
    spent,
    streams,
    trunks,
)
from engine.store.tables.schema import metadata

__all__ = ["metadata"]
