"""What trunks cost: a row for each beginning of a number."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select, update

from engine.errors import NoTrunk
from engine.ids import IdKind, new_id
from engine.model.trunk.costs import Costs
from engine.store.database import Database
from engine.store.tables.trunks import trunk_costs, trunks


class TrunkCosts:
    """Belong to the node, as trunks do. A change gives the trunk another version, by which nodes learn of it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> Mapping[str, Costs]:
        """The costs of all trunks, by their names; a trunk without any is left out."""
        found: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for row in await self._db.rows(select(trunk_costs)):
            found[row["trunk"]][row["prefix"]] = row["per_minute"]
        return dict(found)

    async def of(self, trunk: str) -> Costs:
        """The costs of a trunk, by prefix. Raises NoTrunk."""
        if await self._db.row(select(trunks.c.name).where(trunks.c.name == trunk)) is None:
            raise NoTrunk(trunk)
        query = select(trunk_costs).where(trunk_costs.c.trunk == trunk).order_by(trunk_costs.c.prefix)
        return {row["prefix"]: row["per_minute"] for row in await self._db.rows(query)}

    async def set(self, trunk: str, costs: Costs) -> None:
        """Have these costs and no others. Raises NoTrunk."""

        def job(connection: Connection) -> None:
            version = new_id(IdKind.TRUNK_VERSION)
            changed = connection.execute(update(trunks).where(trunks.c.name == trunk).values(version=version))
            if not changed.rowcount:
                raise NoTrunk(trunk)
            connection.execute(delete(trunk_costs).where(trunk_costs.c.trunk == trunk))
            if costs:
                rows = [{"trunk": trunk, "prefix": prefix, "per_minute": cost} for prefix, cost in costs.items()]
                connection.execute(insert(trunk_costs), rows)

        await self._db.write(job)
