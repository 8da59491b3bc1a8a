"""What each node may use of the limits of trunks: handed out by the database, so that all together never use more."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from engine.model.call import Direction
from engine.routing.trunk_shares import HeldShare, LimitInUse, NodeUse, SharedLimit, ShareOf, share
from engine.store.database import Database
from engine.store.locks import locked_at
from engine.store.tables.trunks import trunk_shares
from engine.store.values import utc_now

_LOCK: Final = "trunk shares"


class TrunkShares:
    """Belong to nodes, and go with them. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def settle(self, node: str, limits: Mapping[ShareOf, LimitInUse]) -> Mapping[ShareOf, int]:
        """What a node may use of each limit from now on.

        Others may have what it gives up when it settles next: until then it is noted with what it has kept to.
        """

        def job(connection: Connection) -> Mapping[ShareOf, int]:
            locked_at(connection, [_LOCK], utc_now)
            others: dict[ShareOf, list[HeldShare]] = {}
            for row in connection.execute(select(trunk_shares).where(trunk_shares.c.node != node)).mappings():
                others.setdefault(_of(row), []).append(_held(row))
            connection.execute(delete(trunk_shares).where(trunk_shares.c.node == node))
            shares = {of: share(each.most, node, each.use, others.get(of, ())) for of, each in limits.items()}
            if limits:
                rows = [
                    _row(node, of, max(shares[of], each.keeps_to, each.use.used), each.use)
                    for of, each in limits.items()
                ]
                connection.execute(insert(trunk_shares), rows)
            return shares

        return await self._db.write(job)

    async def give_back(self, node: str) -> None:
        """Let others have what a node has held that carries no calls any more."""
        await self._db.change(delete(trunk_shares).where(trunk_shares.c.node == node))


def _of(row: Mapping[Any, Any]) -> ShareOf:
    return ShareOf(row["trunk"], Direction(row["direction"]), SharedLimit(row["limited"]))


def _held(row: Mapping[Any, Any]) -> HeldShare:
    return HeldShare(row["node"], row["held"], NodeUse(row["used"], row["wants"]))


def _row(node: str, of: ShareOf, held: int, use: NodeUse) -> dict[str, object]:
    return {
        "trunk": of.trunk, "direction": of.direction, "limited": of.limit, "node": node, "held": held,
        "used": use.used, "wants": use.wants,
    }  # fmt: skip
