"""Calls whose INVITE has not left: those that wait for their turn, in the order in which they were asked for, and those
that a node has claimed and is about to dial. One that waits is no node's: any may begin it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.errors import NoLongerQueued, QueueFull
from engine.model.call import FINAL, NO_NODE, Status
from engine.routing.pacing import Pace
from engine.security.vault import Vault
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.locks import locked_at
from engine.store.tables.calls import calls
from engine.store.tables.pacing import account_lines, paced_calls, queued_calls
from engine.store.values import utc_now, values_of

_OPEN: Final = tuple(status for status in Status if status not in FINAL)
_THIS: Final = queued_calls.c.call_id == bindparam("this")
_HOLDS: Final = select(queued_calls.c.id).where(_THIS)
_OF: Final = _THIS & (queued_calls.c.claimed_by == bindparam("this_node"))
_ITS_NUMBER: Final = select(queued_calls.c.id).where(_OF).with_for_update()
_TAKE: Final = delete(queued_calls).where(_OF)
_GOES_ON_BY: Final = select(calls.c.id).where(
    calls.c.id == bindparam("this"), calls.c.node == bindparam("this_node"), calls.c.status.in_(_OPEN)
)
_WAITING: Final = select(func.count()).where(
    queued_calls.c.account_id == bindparam("of_account"), queued_calls.c.claimed_by.is_(None)
)
_PLACE: Final = (
    select(queued_calls.c.account_id, queued_calls.c.id).where(_THIS, queued_calls.c.claimed_by.is_(None)).subquery()
)
_BEFORE: Final = select(func.count()).where(
    queued_calls.c.account_id == _PLACE.c.account_id,
    queued_calls.c.claimed_by.is_(None),
    queued_calls.c.id <= _PLACE.c.id,
)


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """What of a call's order is not told by its own row. `sip_password` is sealed: QueuedCalls seals and opens it.

    `node` is the one that was asked for the call.
    """

    call_id: str
    account_id: str
    node: str
    hides_caller: bool = False
    sip_password: bytes | None = None


_QUEUED: Final = [queued_calls.c[name] for name in QueuedCall.__dataclass_fields__]


class QueuedCalls:
    """A call is here until it is dialled, fails or is cancelled: one of them takes it out.

    So whoever finds one here may dial it, once it has taken it out, and one that is here no more was maybe dialled.
    Everything raises StoreError.
    """

    def __init__(self, db: Database, pepper: bytes) -> None:
        self._db = db
        self._vault = Vault(pepper)

    def sealed(self, call_id: str, password: str) -> bytes | None:
        """The password of a call's order as it may be stored; None without one."""
        return self._vault.seal(password, call_id) if password else None

    def password_of(self, queued: QueuedCall) -> str:
        """The password of a call's order, empty without one. Raises SetupError where the pepper is another one."""
        return "" if queued.sip_password is None else self._vault.open(queued.sip_password, queued.call_id)

    async def on(self, node: str) -> Sequence[QueuedCall]:
        """The calls that wait and were asked of a node, in their order."""
        query = select(*_QUEUED).where(queued_calls.c.node == node).order_by(queued_calls.c.id)
        return [QueuedCall(**row) for row in await self._db.rows(query)]

    async def begun_by(self, node: str) -> Sequence[QueuedCall]:
        """The calls that a node has begun, or was asked for and need not wait, and whose INVITE has not left."""
        mine = (queued_calls.c.claimed_by == node) & (calls.c.node == node)
        query = select(*_QUEUED).join_from(queued_calls, calls, calls.c.id == queued_calls.c.call_id).where(mine)
        return [QueuedCall(**row) for row in await self._db.rows(query.order_by(queued_calls.c.id))]

    async def holds(self, call_id: str) -> bool:
        """Whether a call's INVITE has not left."""
        return await self._db.ask(lambda connection: connection.scalar(_HOLDS, {"this": call_id})) is not None

    async def require_place(self, account_id: str, pace: Pace) -> None:
        """Whether another call of an account may wait, as far as can be told without a lock. Raises QueueFull."""
        waiting = await self._db.ask(lambda connection: _count(connection, account_id))
        _require_place(waiting, pace)

    async def position(self, call_id: str) -> int | None:
        """A call's place among those of its account, from 1; None for one that does not wait."""
        before = await self._db.ask(lambda connection: connection.scalar(_BEFORE, {"this": call_id}))
        return before or None

    def joining(self, queued: QueuedCall, pace: Pace) -> Job[int]:
        """The job that has a call wait, to be written with the call, which is no node's then; gives its position.

        What is told of it until then is told by the node that was asked. It raises QueueFull.
        """
        new_line = self._db.inserting_new(account_lines, {"account_id": queued.account_id, "turn": 0})

        def job(connection: Connection) -> int:
            new_line(connection)
            locked_at(connection, [f"joining {queued.account_id}"], utc_now)
            waiting = _count(connection, queued.account_id)
            _require_place(waiting, pace)
            connection.execute(insert(queued_calls), values_of(queued))
            _give_to(connection, queued.call_id, NO_NODE)
            return waiting + 1

        return job

    def leaving(self, call_id: str, node: str) -> Job[bool]:
        """The job that takes a call out, which is a node's from then on; gives False where it waits no more.

        Nobody begins it then, also where another node has claimed it.
        """
        return lambda connection: _taken_out(connection, call_id, node)

    def claiming(self, queued: QueuedCall) -> Job[None]:
        """The job that has the node that was asked for a call claim it, to be written with the call."""

        def job(connection: Connection) -> None:
            connection.execute(insert(queued_calls), {**values_of(queued), "claimed_by": queued.node})

        return job

    def beginning(self, queued: QueuedCall, node: str) -> Job[None]:
        """The job that gives a call that has waited to the node that has claimed it.

        It raises NoLongerQueued where it is the node's no more.
        """

        def job(connection: Connection) -> None:
            if connection.scalar(_ITS_NUMBER, {"this": queued.call_id, "this_node": node}) is None:
                raise NoLongerQueued(f"{queued.call_id} was cancelled meanwhile.")
            _give_to(connection, queued.call_id, node)

        return job

    def dialling(self, queued: QueuedCall, node: str, *, waited: bool) -> Job[None]:
        """The job that takes a call out for good, which its node dials then; one that has `waited` goes on in its line.

        It raises NoLongerQueued where it is the node's no more, and may be done again where nobody knows if it was.
        """

        def job(connection: Connection) -> None:
            mine = {"this": queued.call_id, "this_node": node}
            if connection.execute(_TAKE, mine).rowcount == 1:
                if waited:
                    connection.execute(
                        insert(paced_calls), {"call_id": queued.call_id, "account_id": queued.account_id}
                    )
            elif connection.scalar(_GOES_ON_BY, mine) is None:  # else it was the node itself that took it out
                raise NoLongerQueued(f"Another node has taken over {queued.call_id}.")

        return job

    async def take_out(self, queued: QueuedCall, node: str, *, waited: bool) -> None:
        """Take a call out for good. Raises NoLongerQueued."""
        await self._db.write(self.dialling(queued, node, waited=waited))

    async def leave(self, call_id: str, node: str) -> bool:
        """Take a call out, for a node; False where it waits no more."""
        return await self._db.write(self.leaving(call_id, node))


def _taken_out(connection: Connection, call_id: str, node: str) -> bool:
    if connection.execute(delete(queued_calls).where(_THIS), {"this": call_id}).rowcount != 1:
        return False
    _give_to(connection, call_id, node)
    return True


def _give_to(connection: Connection, call_id: str, node: str) -> None:
    connection.execute(update(calls).where(calls.c.id == call_id).values(node=node))


def _count(connection: Connection, account_id: str) -> int:
    return connection.scalar(_WAITING, {"of_account": account_id}) or 0


def _require_place(waiting: int, pace: Pace) -> None:
    if waiting >= pace.most_queued:
        raise QueueFull(pace.most_queued, pace.again_after_s)
