"""Status callbacks on their way out: kept until delivered or given up, sent in order per call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Integer, Update, bindparam, exists, func, insert, select, update

from engine.errors import StoreError
from engine.ids import IdKind, new_id
from engine.store.database import Database
from engine.store.prepared import PreparedChange, PreparedQuery
from engine.store.tables.calls import CallbackState, calls, outbox

_LONGEST_ERROR: Final = 500
_earlier = outbox.alias("earlier")
_PENDING: Final = [
    calls.c.account_id,
    *(outbox.c[name] for name in ("id", "call_id", "sequence", "url", "method", "form", "attempts", "next_at")),
]


def _is_next_of_its_call(*among: ColumnElement[bool]) -> ColumnElement[bool]:
    before = exists().where(
        _earlier.c.call_id == outbox.c.call_id,
        _earlier.c.state == CallbackState.PENDING,
        _earlier.c.sequence < outbox.c.sequence,
        *among,
    )
    return (outbox.c.state == CallbackState.PENDING) & ~before


# Made once: making them took longer than running them.
_MINE: Final = outbox.c.node == bindparam("node")
_DUE: Final = (
    select(*_PENDING)
    .join(calls, calls.c.id == outbox.c.call_id)
    .where(_MINE, _is_next_of_its_call(), outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("most", type_=Integer))
)
_NEXT_OF_MINE: Final = _is_next_of_its_call(_earlier.c.node == bindparam("node"))
_NEXT_DUE: Final = select(func.min(outbox.c.next_at).label("at")).where(_MINE, _NEXT_OF_MINE)
_LAST: Final = PreparedQuery(
    select(func.max(outbox.c.sequence).label("sequence"), calls.c.node)
    .select_from(calls.outerjoin(outbox, outbox.c.call_id == calls.c.id))
    .where(calls.c.id == bindparam("call"))
    .group_by(calls.c.node)
)
_ENQUEUE: Final = PreparedChange(insert(outbox))
_TRIED: Final = PreparedChange(
    update(outbox)
    .where(outbox.c.id == bindparam("this"), outbox.c.state == CallbackState.PENDING)
    .values(attempts=outbox.c.attempts + 1)
)


def _hastened(node: str, failed: int, at: datetime, *, last: bool) -> Update:
    so_often = outbox.c.attempts >= failed if last else outbox.c.attempts == failed
    late = (outbox.c.state == CallbackState.PENDING) & (outbox.c.next_at > at) & so_often
    return update(outbox).where(outbox.c.node == node, late).values(next_at=at)


@dataclass(frozen=True, slots=True)
class NewCallback:
    """A form to be sent (POST, or GET with it in the query); the store adds SequenceNumber.

    That counts a call's callbacks from 0.
    """

    url: str
    form: Mapping[str, str]
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class PendingCallback:
    """A callback to be sent at `next_at`, after `attempts` that failed."""

    id: str
    call_id: str
    account_id: str
    sequence: int
    url: str
    method: str
    form: Mapping[str, str]
    attempts: int
    next_at: datetime


def enqueue(connection: Connection, call_id: str, callback: NewCallback | None, due: datetime) -> None:
    """Put a callback behind the call's earlier ones, in the transaction that changes the call; its node sends it."""
    if callback is None:
        return
    last = _LAST.first(connection, {"call": call_id})
    if last is None:
        raise StoreError(f"There is no call {call_id}.")
    sequence = last["sequence"] + 1 if last["sequence"] is not None else 0
    values = {
        "id": new_id(IdKind.CALLBACK),
        "call_id": call_id,
        "node": last["node"],
        "sequence": sequence,
        "url": callback.url,
        "method": callback.method,
        "form": {**callback.form, "SequenceNumber": str(sequence)},
        "state": CallbackState.PENDING,
        "attempts": 0,
        "next_at": due,
    }
    _ENQUEUE.run(connection, values)


class Outbox:
    """Callbacks that the courier of a node works through: those of the calls that were its own, or that it took over.

    Without `keep_bodies` a form is emptied once delivered or given up.
    """

    def __init__(self, db: Database, node: str, *, keep_bodies: bool = True) -> None:
        self._db = db
        self._node = node
        self._settled: dict[str, object] = {} if keep_bodies else {"form": {}}

    async def due(self, now: datetime, limit: int) -> list[PendingCallback]:
        """Callbacks whose time has come, of each call only the first that is not settled; longest due first."""
        values = {"node": self._node, "now": now, "most": limit}
        rows = await self._db.ask_with_others(lambda connection: connection.execute(_DUE, values).mappings().all())
        return [PendingCallback(**row) for row in rows]

    async def waiting(self) -> int:
        """How many are still to be delivered."""
        query = select(func.count().label("waiting")).select_from(outbox)
        row = await self._db.row(query.where(outbox.c.state == CallbackState.PENDING))
        return row["waiting"] if row else 0

    async def next_due(self) -> datetime | None:
        """When there will next be something to do; None while there is nothing.

        One that stands behind another node's counts too: nobody tells this node when that is sent.
        """
        row = await self._db.row(_NEXT_DUE, {"node": self._node})
        return row["at"] if row else None

    async def take_from(self, node: str) -> int:
        """Send what another node has left to send; how many there are."""
        pending = (outbox.c.node == node) & (outbox.c.state == CallbackState.PENDING)
        return await self._db.change(update(outbox).where(pending).values(node=self._node))

    async def adopt(self) -> int:
        """Send what is left to send of this node's calls and names no node, as releases before 0035 write it."""
        of_mine = outbox.c.call_id.in_(select(calls.c.id).where(calls.c.node == self._node))
        unnamed = (outbox.c.node == "") & (outbox.c.state == CallbackState.PENDING) & of_mine
        return await self._db.change(update(outbox).where(unnamed).values(node=self._node))

    async def hasten(self, latest: Sequence[datetime]) -> int:
        """Have those be due at `latest[n]` that have failed n times and are due later; how many were.

        The last of these holds for who has failed more often.
        """

        def change(connection: Connection) -> int:
            return sum(
                connection.execute(_hastened(self._node, failed, at, last=failed == len(latest) - 1)).rowcount
                for failed, at in enumerate(latest)
            )

        return await self._db.write(change)

    async def delivered(self, callback_id: str, at: datetime) -> None:
        """The customer's server took it."""
        await self._settle(callback_id, CallbackState.DELIVERED, at, None)

    async def retry(self, callback_id: str, at: datetime, error: str) -> None:
        """Note that a callback failed and is tried again at `at`."""
        tried = {"this": callback_id, "next_at": at, "error": error[:_LONGEST_ERROR]}
        await self._db.write_with_others(lambda connection: _TRIED.run(connection, tried))

    async def given_up(self, callback_id: str, at: datetime, error: str) -> None:
        """Give up a callback that failed for the last time; the call's next one is due."""
        await self._settle(callback_id, CallbackState.GIVEN_UP, at, error[:_LONGEST_ERROR])

    async def _settle(self, callback_id: str, state: CallbackState, at: datetime, error: str | None) -> None:
        settled = {"this": callback_id, "state": state, "settled_at": at, "error": error, **self._settled}
        await self._db.write_with_others(lambda connection: _TRIED.run(connection, settled))
