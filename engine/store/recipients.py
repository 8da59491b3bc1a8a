"""Whom calls' sound and words went to: the hosts of programs, as the events of calls tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import select

from engine.store.database import Database
from engine.store.tables.calls import call_events, calls

_REACHED: Final = ("stream_started", "agent_began")
"""The kinds of events that tell where a program is."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A host whose programs heard calls of an account, or spoke on them: so often, from then till then."""

    account_id: str
    host: str
    first_at: datetime
    last_at: datetime
    times: int


class Recipients:
    """Reads them of all events that are still kept. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> list[Recipient]:
        """Each host of each account, by both."""
        query = (
            select(calls.c.account_id, call_events.c.at, call_events.c.facts)
            .join(calls, calls.c.id == call_events.c.call_id)
            .where(call_events.c.kind.in_(_REACHED))
        )
        return recipients_of(await self._db.rows(query))


def recipients_of(events: Iterable[Mapping[Any, Any]]) -> list[Recipient]:
    """The recipients of rows with an account, a moment and facts."""
    found: dict[tuple[str, str], list[datetime]] = {}
    for event in events:
        host = urlsplit(str(event["facts"].get("url", ""))).hostname
        if host is not None:
            found.setdefault((event["account_id"], host), []).append(event["at"])
    return [Recipient(*whom, min(at), max(at), len(at)) for whom, at in sorted(found.items())]
