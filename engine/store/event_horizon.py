"""Up to which event's number everything is settled: what is numbered so low is committed, or never will be.

PostgreSQL numbers an event when it is written and shows it when its transaction is committed, so a higher number may be
seen before a lower one. Who reads on behind what he has seen would never see that. So nobody reads beyond the horizon:
the newest number, once all have gone who were writing events when it was given.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select, text

from engine.store.tables.calls import call_events

_NEWEST = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM call_events_id_seq")
# The lock on the table is taken before a number is, and held to the end of the transaction.
_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted "
    "AND relation = 'call_events'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True, slots=True)
class NumbersGiven:
    """The newest number, and the transactions that may have been writing events when it was given, or since."""

    newest: int
    writing: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class EventHorizon:
    """Where a node's readers stop; each look at the numbers may move it on."""

    settled: int = 0
    awaited: NumbersGiven | None = None
    """What will be settled next, once those who were writing then have gone."""

    def after(self, seen: NumbersGiven) -> "EventHorizon":
        """The horizon of who sees this now."""
        if seen.newest < self.settled:
            return EventHorizon().after(seen)  # a server that lacks the newest has taken over, and gives them again
        if not seen.writing:
            return EventHorizon(seen.newest)
        here = self
        if self.awaited is not None and not self.awaited.writing & seen.writing:
            here = EventHorizon(self.awaited.newest)
        return here if here.awaited or here.settled == seen.newest else replace(here, awaited=seen)


def numbers_given(connection: Connection) -> NumbersGiven:
    """Ask in this order: who wrote when the number was given, and has gone since, has committed before he went."""
    if connection.dialect.name == "sqlite":  # one writes after the other, so numbers are seen in their order
        return NumbersGiven(connection.scalar(select(func.max(call_events.c.id))) or 0, frozenset())
    newest = connection.scalar(_NEWEST)
    return NumbersGiven(int(newest or 0), frozenset(connection.scalars(_WRITING)))
