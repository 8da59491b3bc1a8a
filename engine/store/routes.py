"""The routes: which calls go to which trunk."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from engine.errors import InvalidField, NoRoute
from engine.ids import IdKind, new_id
from engine.model.route import TrunkRoute
from engine.model.route.reading import read_times, written_times
from engine.store.database import Database
from engine.store.tables.routes import routes
from engine.store.tables.trunks import trunks
from engine.store.values import utc_now, values_of

_IDS: Final = select(routes.c.id)
"""Made once: each second somebody asks it."""
_OLDEST_FIRST: Final = select(routes).order_by(routes.c.created_at, routes.c.id)


class Routes:
    """Routes belong to the node. One never changes, so `ids` tells whether any were added or removed."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def all(self) -> list[TrunkRoute]:
        """All routes, the oldest first."""
        return [_route(row) for row in await self._db.rows(_OLDEST_FIRST)]

    async def get(self, route_id: str) -> TrunkRoute:
        """Raises NoRoute."""
        row = await self._db.row(select(routes).where(routes.c.id == route_id))
        if row is None:
            raise NoRoute(route_id)
        return _route(row)

    async def ids(self) -> frozenset[str]:
        """The identifiers of all."""
        return frozenset(row["id"] for row in await self._db.rows(_IDS))

    async def add(self, trunk: str, account_id: str | None, chosen: Mapping[str, Any]) -> TrunkRoute:
        """A new route, of fields of a `TrunkRoute`. Raises InvalidField where there is no such trunk."""
        route = TrunkRoute(new_id(IdKind.ROUTE), trunk, account_id=account_id, **chosen)

        def job(connection: Connection) -> None:
            if connection.execute(select(trunks.c.name).where(trunks.c.name == trunk)).first() is None:
                raise InvalidField("trunk", f"There is no trunk {trunk}. See them with: telefoon trunks list")
            connection.execute(insert(routes), {**_row(route), "created_at": self._now()})

        await self._db.write(job)
        return route

    async def remove(self, route_id: str) -> None:
        """Raises NoRoute."""

        def job(connection: Connection) -> None:
            if not connection.execute(delete(routes).where(routes.c.id == route_id)).rowcount:
                raise NoRoute(route_id)

        await self._db.write(job)


def _row(route: TrunkRoute) -> dict[str, Any]:
    return {**values_of(route), "times": None if route.times is None else written_times(route.times)}


def _route(row: Mapping[Any, Any]) -> TrunkRoute:
    values = {field.name: row[field.name] for field in fields(TrunkRoute)}
    return TrunkRoute(**{**values, "times": None if row["times"] is None else read_times(row["times"])})
