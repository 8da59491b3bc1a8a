"""Bans of sources of SIP, of all nodes together: each makes its own and keeps those of the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from engine.errors import NotFound
from engine.model.ban import Holder, SourceBan
from engine.store.database import Database
from engine.store.tables.bans import bans

REMEMBERED: Final = timedelta(days=1)
"""After its end a ban makes the next one longer, for so long."""
MOST: Final = 5000
"""Rows. Those that end first make room."""


class NoBan(NotFound):
    """This source is not banned."""

    def __init__(self, source: str) -> None:
        super().__init__("ban", source)
        self.args = (f"{source} is not banned. See who is with: telefoon bans list",)


class BanStore:
    """Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def put(self, given: Sequence[SourceBan]) -> None:
        """Keep these, each in the place of what was kept of its source; what is no longer remembered goes."""

        def job(connection: Connection) -> None:
            for each in given:
                connection.execute(delete(bans).where(bans.c.source == str(each.source)))
                connection.execute(insert(bans), _row(each))
            newest = max(each.since for each in given)
            connection.execute(delete(bans).where(bans.c.until < newest - REMEMBERED))
            _make_room(connection)

        if given:
            await self._db.write(job)

    async def remembered(self, now: datetime) -> list[SourceBan]:
        """List those in force, and those that make the next one longer; the one that ends last comes first."""
        query = select(bans).where(bans.c.until >= now - REMEMBERED).order_by(bans.c.until.desc())
        return [_ban(row) for row in await self._db.rows(query)]

    async def in_force(self, now: datetime) -> list[SourceBan]:
        """List those that are not over; the one that ends last comes first."""
        return [each for each in await self.remembered(now) if each.until > now]

    async def lift(self, source: Holder) -> None:
        """End a ban, and forget it. Raises NoBan."""
        if not await self._db.change(delete(bans).where(bans.c.source == str(source))):
            raise NoBan(str(source))


def _make_room(connection: Connection) -> None:
    first_kept = connection.scalar(select(bans.c.until).order_by(bans.c.until.desc()).offset(MOST).limit(1))
    if first_kept is not None:
        connection.execute(delete(bans).where(bans.c.until <= first_kept))


def _row(ban: SourceBan) -> dict[str, Any]:
    return {
        "source": str(ban.source),
        "reason": ban.reason,
        "times": ban.times,
        "since": ban.since,
        "until": ban.until,
    }


def _ban(row: Mapping[Any, Any]) -> SourceBan:
    return SourceBan(ip_network(row["source"]), row["reason"], row["times"], row["since"], row["until"])
