"""Calls that wait for their turn, in the order in which they were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from engine.errors import NoLongerQueued
from engine.security.vault import Vault
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.tables.pacing import queued_calls
from engine.store.values import values_of


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """What of a call's order is not told by its own row. `sip_password` is sealed: QueuedCalls seals and opens it."""

    call_id: str
    account_id: str
    node: str
    hides_caller: bool = False
    sip_password: bytes | None = None


class QueuedCalls:
    """A call is here until it begins, fails or is cancelled: one of them takes it out. Everything raises StoreError."""

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
        """The calls that wait on a node, in their order."""
        columns = [queued_calls.c[name] for name in QueuedCall.__dataclass_fields__]
        query = select(*columns).where(queued_calls.c.node == node).order_by(queued_calls.c.id)
        return [QueuedCall(**row) for row in await self._db.rows(query)]

    def joining(self, queued: QueuedCall) -> Job[None]:
        """The job that has a call wait, to be written with the call."""

        def job(connection: Connection) -> None:
            connection.execute(insert(queued_calls), values_of(queued))

        return job

    def leaving(self, call_id: str) -> Job[bool]:
        """The job that takes a call out; gives False where it waits no more."""

        def job(connection: Connection) -> bool:
            return connection.execute(delete(queued_calls).where(queued_calls.c.call_id == call_id)).rowcount == 1

        return job

    def beginning(self, call_id: str) -> Job[None]:
        """The job that takes a call out that begins; it raises NoLongerQueued where it waits no more."""
        leaving = self.leaving(call_id)

        def job(connection: Connection) -> None:
            if not leaving(connection):
                raise NoLongerQueued(f"{call_id} was cancelled meanwhile.")

        return job

    async def leave(self, call_id: str) -> bool:
        """Take a call out; False where it waits no more."""
        return await self._db.write(self.leaving(call_id))
