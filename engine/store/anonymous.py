"""Takes the person out of a call and leaves what a bill needs: times, duration, price, direction, country."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.call_options import CallOptions
from engine.privacy.pseudonym import PREFIX, Pseudonyms
from engine.store.tables import call_events, calls, outbox, participants, webhook_exchanges

_TOLD_OF_IT: Final = {"events": call_events, "webhooks": webhook_exchanges, "outbox": outbox}
_OPTIONS: Final = tuple(name for name, option in CallOptions.table().items() if option.personal and not option.required)
_EMPTIED: Final = ("url", "fallback_url", "flow", "sip_call_id", "sip_reason", *_OPTIONS)


def is_named() -> ColumnElement[bool]:
    """A number is still there."""
    return or_(calls.c.from_.not_like(f"{PREFIX}%"), calls.c.to.not_like(f"{PREFIX}%"))


async def anonymise(connection: AsyncConnection, call_ids: Collection[str], pseudonyms: Pseudonyms) -> dict[str, int]:
    """How many rows were met, by kind. Events, webhooks and callbacks of the calls go, as they tell the numbers too."""
    if not call_ids:
        return {}
    counts = {}
    for kind, table in _TOLD_OF_IT.items():
        counts[kind] = (await connection.execute(delete(table).where(table.c.call_id.in_(call_ids)))).rowcount
    await connection.execute(update(participants).where(participants.c.call_id.in_(call_ids)).values(label=None))
    found = (await connection.execute(select(calls).where(calls.c.id.in_(call_ids)))).mappings().all()
    change = (
        update(calls)
        .where(calls.c.id == bindparam("this"))
        .values(from_=bindparam("caller"), to=bindparam("called"), attempts=(), **dict.fromkeys(_EMPTIED))
    )
    for row in found:
        parties = {"caller": pseudonyms.of(row["from_"]), "called": pseudonyms.of(row["to"])}
        await connection.execute(change, {"this": row["id"], **parties})
    return {"calls": len(found), **counts}
