"""Calls that came in and were refused: of each node a row for all that it refused alike, told of as one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, tuple_, union_all, update

from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.privacy.subject import DataSubject
from engine.store.database import Database
from engine.store.prepared import PreparedChange
from engine.store.tables.refusals import refusals, refused_calls

MOST: Final = 5000
"""Rows of a node. Those that were refused the longest ago make room."""
MOST_OF_STRANGERS: Final = 1000
"""Of them those of unknown sources, so that a flood leaves the others."""

_KEY: Final = ("source", "rule", "number")
_TOLD: Final = (*_KEY, "count", "first_at", "last_at")
_TABLES: Final = (refused_calls, refusals)
_ADD: Final = PreparedChange(insert(refused_calls))
_AGAIN: Final = PreparedChange(
    update(refused_calls)
    .where(*(refused_calls.c[name] == bindparam(f"of_{name}") for name in ("node", *_KEY)))
    .values(
        count=refused_calls.c.count + bindparam("more"),
        last_at=bindparam("latest", type_=refused_calls.c.last_at.type),
    )
)


class RefusalStore:
    """They belong to nodes, not to accounts; each adds to rows of its own, so that none waits for another.

    Everything raises StoreError.
    """

    def __init__(self, db: Database, node: str) -> None:
        self._db = db
        self._node = node

    async def add(self, gathered: Sequence[RefusedCalls]) -> None:
        """Add what this node has gathered, each kind once, to what there is, in one transaction."""

        def job(connection: Connection) -> None:
            known = _known(connection, self._node, [each.kind for each in gathered])
            _AGAIN.run_for_each(connection, [_more(self._node, each) for each in gathered if each.kind in known])
            new = [_row(self._node, each) for each in gathered if each.kind not in known]
            _ADD.run_for_each(connection, new)
            if new:
                _make_room(connection, self._node)

        await self._db.write(job)

    async def newest(self, limit: int) -> list[RefusedCalls]:
        """List what was refused last by any node, the latest first."""
        each = union_all(*(select(*(table.c[name] for name in _TOLD)) for table in _TABLES)).subquery()
        key, latest = [each.c[name] for name in _KEY], func.max(each.c.last_at).label("last_at")
        sums = func.sum(each.c.count).label("count"), func.min(each.c.first_at).label("first_at"), latest
        query = select(*key, *sums).group_by(*key).order_by(latest.desc()).limit(limit)
        return [_refusal(row) for row in await self._db.rows(query)]

    async def count_before(self, before: datetime) -> int:
        """How many were last refused before a moment."""
        those = union_all(*(select(table.c.last_at).where(table.c.last_at < before) for table in _TABLES)).subquery()
        row = await self._db.row(select(func.count().label("due")).select_from(those))
        return int(row["due"]) if row else 0

    async def remove_before(self, before: datetime) -> int:
        """Remove what was last refused before a moment; how many."""

        def job(connection: Connection) -> int:
            return sum(connection.execute(delete(each).where(each.c.last_at < before)).rowcount for each in _TABLES)

        return await self._db.write(job)


def forget_number(connection: Connection, subject: DataSubject) -> None:
    """Remove what tells that a person's number was called, in whatever form."""
    for table in _TABLES:
        told = set(connection.scalars(select(table.c.number).where(table.c.number.like(subject.like))))
        those = [number for number in told if subject.is_told_in(number)]
        if those:
            connection.execute(delete(table).where(table.c.number.in_(those)))


def _known(connection: Connection, node: str, kinds: Sequence[RefusalKind]) -> set[RefusalKind]:
    """Which of these kinds a node has rows of."""
    key = [refused_calls.c[name] for name in _KEY]
    those = tuple_(*key).in_([(each.source, each.rule, each.number) for each in kinds])
    return {RefusalKind(*row) for row in connection.execute(select(*key).where(refused_calls.c.node == node, those))}


def _make_room(connection: Connection, node: str) -> None:
    own = refused_calls.c.node == node
    _keep(connection, MOST_OF_STRANGERS, own & (refused_calls.c.rule == RefusalRule.SOURCE))
    _keep(connection, MOST, own)


def _keep(connection: Connection, most: int, those: ColumnElement[bool]) -> None:
    ages = select(refused_calls.c.last_at).where(those).order_by(refused_calls.c.last_at.desc()).offset(most).limit(1)
    oldest = connection.scalar(ages)
    if oldest is not None:
        connection.execute(delete(refused_calls).where(those, refused_calls.c.last_at <= oldest))


def _row(node: str, refused: RefusedCalls) -> dict[str, Any]:
    kind = {"node": node, "source": refused.kind.source, "rule": refused.kind.rule, "number": refused.kind.number}
    return {**kind, "count": refused.count, "first_at": refused.first_at, "last_at": refused.last_at}


def _more(node: str, refused: RefusedCalls) -> dict[str, Any]:
    kind = refused.kind
    this = {"of_node": node, "of_source": kind.source, "of_rule": kind.rule, "of_number": kind.number}
    return {**this, "more": refused.count, "latest": refused.last_at}


def _refusal(row: Mapping[Any, Any]) -> RefusedCalls:
    kind = RefusalKind(row["source"], row["rule"], row["number"])
    return RefusedCalls(kind, int(row["count"]), row["first_at"], row["last_at"])
