"""The call policies: one row for each level and subject that has one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from engine.ids import IdKind, new_id
from engine.model.call_policy import CallPolicy, PlacedPolicy, PolicyPlace
from engine.model.call_policy.fields import changed, written
from engine.store.database import Database
from engine.store.tables.call_policies import call_policies, call_rates
from engine.store.values import utc_now


class Policies:
    """Policies belong to the node: no account's key reads or changes them. Everything raises StoreError."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def of(self, places: tuple[PolicyPlace, ...]) -> tuple[PlacedPolicy, ...]:
        """The policies that these levels have."""
        wanted = [(place.level, place.subject) for place in places]
        query = select(call_policies).where(tuple_(call_policies.c.level, call_policies.c.subject).in_(wanted))
        return tuple(_placed(row) for row in await self._db.rows(query))

    async def all(self) -> list[PlacedPolicy]:
        """All that there are, by level and subject."""
        query = select(call_policies).order_by(call_policies.c.level, call_policies.c.subject)
        return [_placed(row) for row in await self._db.rows(query)]

    async def set(self, place: PolicyPlace, given: Mapping[str, object]) -> PlacedPolicy:
        """Change some fields of a policy, which is made if there is none. Raises InvalidField."""
        here = (call_policies.c.level == place.level) & (call_policies.c.subject == place.subject)

        def job(connection: Connection) -> CallPolicy:
            row = connection.execute(select(call_policies).where(here).with_for_update()).mappings().first()
            made = changed(_placed(row).policy if row else CallPolicy(), given)
            values = {"fields": written(made), "updated_at": self._now()}
            if row is None:
                key = {"id": new_id(IdKind.POLICY), "level": place.level, "subject": place.subject}
                connection.execute(insert(call_policies), {**key, **values})
            else:
                connection.execute(update(call_policies).where(here).values(**values))
            return made

        return PlacedPolicy(place, await self._db.write(job))

    async def remove(self, place: PolicyPlace) -> bool:
        """Whether there was one."""
        here, rate = (
            (table.c.level == place.level) & (table.c.subject == place.subject) for table in (call_policies, call_rates)
        )

        def job(connection: Connection) -> bool:
            connection.execute(delete(call_rates).where(rate))
            return connection.execute(delete(call_policies).where(here)).rowcount == 1

        return await self._db.write(job)


def _placed(row: Mapping[Any, Any]) -> PlacedPolicy:
    return PlacedPolicy(PolicyPlace(row["level"], row["subject"]), changed(CallPolicy(), row["fields"]))
