"""Takes the person out of a call and leaves what a bill needs: times, duration, price, direction, country."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, literal_column, or_, select, update

from engine.privacy.pseudonym import PREFIX, Pseudonyms
from engine.store.data_kinds import data_of
from engine.store.tables.calls import call_events, call_traces, calls, outbox, webhook_exchanges
from engine.store.tables.conferences import participants
from engine.store.tables.streams import streams

_TOLD_OF_IT: Final = {
    "events": (call_events, call_traces),
    "webhooks": (webhook_exchanges,),
    "outbox": (outbox,),
    "streams": (streams,),
}


def is_named() -> ColumnElement[bool]:
    """A number is still there."""
    # It stands in the statement as it stands in the index of such calls, or PostgreSQL doesn't see that it may use it.
    pseudonyms: ColumnElement[str] = literal_column(f"'{PREFIX}%'")
    return or_(calls.c.from_.not_like(pseudonyms), calls.c.to.not_like(pseudonyms))


def anonymise(connection: Connection, call_ids: Collection[str], pseudonyms: Pseudonyms) -> dict[str, int]:
    """How many rows were met, by kind. What was told of the calls goes: it tells the numbers too."""
    if not call_ids:
        return {}
    counts = {}
    for kind, tables in _TOLD_OF_IT.items():
        gone = [connection.execute(delete(table).where(table.c.call_id.in_(call_ids))).rowcount for table in tables]
        counts[kind] = sum(gone)
    connection.execute(
        update(participants).where(participants.c.call_id.in_(call_ids)).values(**_emptied(participants))
    )
    found = connection.execute(select(calls).where(calls.c.id.in_(call_ids))).mappings().all()
    change = (
        update(calls)
        .where(calls.c.id == bindparam("this"))
        .values(from_=bindparam("caller"), to=bindparam("called"), attempts=(), **_emptied(calls))
    )
    for row in found:
        parties = {"caller": pseudonyms.pseudonym_of(row["from_"]), "called": pseudonyms.pseudonym_of(row["to"])}
        connection.execute(change, {"this": row["id"], **parties})
    return {"calls": len(found), **counts}


def _emptied(table: Table) -> dict[str, None]:
    return {column.name: None for column in table.columns if data_of(column).emptied}
