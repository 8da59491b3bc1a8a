"""The lines of calls that wait, of all accounts: any node claims whose turn it is, and the pace is the database's.

A line is nobody's. Who claims has the line locked for that transaction alone; a call that a node has claimed and not
begun is given back, by that node or by who finds that it died.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.functions import coalesce

from engine.model.call import FINAL, NO_NODE, Status
from engine.routing.pacing import Pace, PacedLine, next_turns
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.locks import OwnClock, locked_if_free_at, time_on
from engine.store.queued_calls import QueuedCall
from engine.store.tables.accounts import accounts
from engine.store.tables.calls import calls
from engine.store.tables.pacing import account_lines, account_paces, paced_calls, queued_calls
from engine.store.values import utc_now

_OPEN: Final = tuple(status for status in Status if status not in FINAL)
_PACE: Final = tuple(Pace.__dataclass_fields__)
_GOES_ON: Final = exists().where(calls.c.id == paced_calls.c.call_id, calls.c.status.in_(_OPEN))


class PacedLines:
    """Belong to no node. Everything raises StoreError."""

    def __init__(self, db: Database, own_clock: OwnClock = utc_now) -> None:
        self._db = db
        self._own_clock = own_clock

    async def waiting(self, region: str = "") -> Sequence[PacedLine]:
        """The lines in which somebody waits that a node of a region may carry, as they are now."""
        return await self._db.read(
            lambda connection: _lines(connection, time_on(connection, self._own_clock), _carried_in(region))
        )

    async def claim(self, node: str, region: str = "") -> QueuedCall | None:
        """Claim the call whose turn it is for a node that begins it; None if it is nobody's, or another node is at it.

        It is one that a node of this `region` may carry.

        From here on it counts as one that goes on, and the next of its account waits as the pace says.
        """

        def job(connection: Connection) -> QueuedCall | None:
            now = time_on(connection, self._own_clock)
            for seen in next_turns(_lines(connection, now, _carried_in(region))):
                since = locked_if_free_at(connection, f"line {seen.account_id}", self._own_clock)
                if since is not None and (queued := _claimed(connection, seen.account_id, node, since)) is not None:
                    return queued
            return None

        return await self._db.write(job)

    async def give_back(self, node: str) -> None:
        """Have all wait again that a node has claimed and not begun, in their old places."""
        begun = exists().where(calls.c.id == queued_calls.c.call_id, calls.c.node == node)
        await self._db.write(self._giving_back(node, ~begun))

    async def put_back(self, queued: QueuedCall, node: str, again_after_s: float) -> None:
        """Have one wait again that a node has claimed and not dialled; its line waits so long."""
        this = queued_calls.c.call_id == queued.call_id
        await self._db.write(self._giving_back(node, this, again_after_s=again_after_s))

    async def hand_on(self, node: str) -> None:
        """Have all wait that a node has claimed and not dialled, those too that it had begun or that did not wait."""
        await self._db.write(self._giving_back(node))

    def _giving_back(self, node: str, *only: ColumnElement[bool], again_after_s: float = 0.0) -> Job[None]:
        mine = and_(queued_calls.c.claimed_by == node, *only)

        def job(connection: Connection) -> None:
            owners = connection.scalars(select(queued_calls.c.account_id).where(mine).distinct()).all()
            if not owners:
                return
            for account_id in owners:
                self._db.inserting_new(account_lines, {"account_id": account_id, "turn": 0})(connection)
            theirs = select(queued_calls.c.call_id).where(mine)
            open_ones = (calls.c.id.in_(theirs), calls.c.status.in_(_OPEN))
            connection.execute(update(calls).where(*open_ones).values(node=NO_NODE))
            connection.execute(update(queued_calls).where(mine).values(claimed_by=None))
            until = time_on(connection, self._own_clock) + timedelta(seconds=again_after_s)
            line = account_lines.c.account_id.in_(owners)
            earlier = or_(account_lines.c.free_at.is_(None), account_lines.c.free_at < until)
            connection.execute(update(account_lines).where(line, earlier).values(free_at=until))

        return job

    async def take_up(self, node: str) -> None:
        """Have all wait that a process of this name has left, and those that a release before this one let wait."""
        line = select(account_lines.c.account_id).where(account_lines.c.account_id == queued_calls.c.account_id)
        without = select(queued_calls.c.account_id, literal(0)).where(~line.exists()).distinct()
        await self._db.change(insert(account_lines).from_select(["account_id", "turn"], without))
        await self.give_back(node)


def _claimed(connection: Connection, account_id: str, node: str, now: datetime) -> QueuedCall | None:
    """Claim the first of a line that nobody else changes now, if it may begin."""
    connection.execute(delete(paced_calls).where(paced_calls.c.account_id == account_id, ~_GOES_ON))
    line = next(iter(_lines(connection, now, account_lines.c.account_id == account_id)), None)
    if line is None or not line.may_begin:
        return None
    this = queued_calls.c.id == line.first
    taken = update(queued_calls).where(this, queued_calls.c.claimed_by.is_(None)).values(claimed_by=node)
    if connection.execute(taken).rowcount != 1:
        return None  # it was cancelled just now
    turn = select(func.max(account_lines.c.turn) + 1).scalar_subquery()
    free_at = now + timedelta(seconds=line.pace.apart_s)
    here = account_lines.c.account_id == account_id
    connection.execute(update(account_lines).where(here).values(free_at=free_at, turn=turn))
    columns = [queued_calls.c[name] for name in QueuedCall.__dataclass_fields__]
    return QueuedCall(**connection.execute(select(*columns).where(this)).mappings().one())


def _carried_in(region: str) -> ColumnElement[bool]:
    """Whether a node of a region may carry calls of the line (engine.routing.regions.may_carry)."""
    return accounts.c.region.in_(("", region))


def _lines(connection: Connection, now: datetime, *only: ColumnElement[bool]) -> list[PacedLine]:
    rows = connection.execute(_WAITING.where(*only)).mappings().all()
    return [_line(row, now) for row in rows]


def _line(row: Any, now: datetime) -> PacedLine:
    pace = Pace() if row["most_queued"] is None else Pace(**{name: row[name] for name in _PACE})
    free_in_s = 0.0 if row["free_at"] is None else (row["free_at"] - now).total_seconds()
    return PacedLine(row["account_id"], pace, row["first"], row["going_on"], free_in_s, row["turn"])


def _waiting() -> Select[Any]:
    """All lines in which somebody waits; of those that go on, who has been claimed counts too."""
    of_line = queued_calls.c.account_id == account_lines.c.account_id
    first = select(func.min(queued_calls.c.id)).where(of_line, queued_calls.c.claimed_by.is_(None))
    claimed = select(func.count()).where(of_line, queued_calls.c.claimed_by.is_not(None))
    begun = select(func.count()).where(paced_calls.c.account_id == account_lines.c.account_id, _GOES_ON)
    waits = exists().where(of_line, queued_calls.c.claimed_by.is_(None))
    return (
        select(
            account_lines,
            *(account_paces.c[name] for name in _PACE),
            first.scalar_subquery().label("first"),
            (coalesce(claimed.scalar_subquery(), 0) + coalesce(begun.scalar_subquery(), 0)).label("going_on"),
        )
        .join_from(account_lines, accounts, accounts.c.id == account_lines.c.account_id)
        .join(
            account_paces,
            isouter=True,
            onclause=account_paces.c.account_id == account_lines.c.account_id,
        )
        .where(waits)
    )


_WAITING: Final = _waiting()
