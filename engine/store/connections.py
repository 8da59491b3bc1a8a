"""Connections to a database: what one kind of database must be able to do."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Executable, Table

from engine.aio.signal import Signal

T = TypeVar("T")
Job = Callable[[Connection], T]
"""Statements that belong together. It may run on a thread of its own, and again after a rollback, so it changes nothing
but the database, and gives values that need no connection any more."""


def both(first: Job[None], second: Job[T]) -> Job[T]:
    """A job that does the one and then the other, and gives what that gives."""

    def job(connection: Connection) -> T:
        first(connection)
        return second(connection)

    return job


def in_turn(before: Job[None] | None, main: Job[T] | None, behind: Job[None] | None) -> Job[T | None]:
    """A job that does these one after the other, as far as there are any, and gives what the main one gives."""

    def job(connection: Connection) -> T | None:
        if before is not None:
            before(connection)
        done = main(connection) if main is not None else None
        if behind is not None:
            behind(connection)
        return done

    return job


class Connections(Protocol):
    """Connections to one database. Everything raises as its driver does."""

    @property
    def is_shared(self) -> bool:
        """Whether nodes on several machines may have it at once."""
        ...

    async def write(self, job: Job[T], first: Job[None] | None = None) -> T:
        """Run it in a transaction; when this returns, its changes are durable.

        `first` is done before it, once for all with the same `first` that share the transaction.
        """
        ...

    async def write_alone(self, job: Job[T]) -> T:
        """Run a change of a single statement, which is a transaction by itself."""
        ...

    async def read(self, job: Job[T]) -> T:
        """Run it on a connection that no writer waits for."""
        ...

    async def ask(self, job: Job[T]) -> T:
        """The same, of a single query: it is a transaction by itself, which costs nothing more."""
        ...

    def together(self) -> AbstractAsyncContextManager[None]:
        """Inside, what this task reads costs as little as it may cost together."""
        ...

    async def end_reads(self) -> None:
        """Give back what reads of this task share; the next begins anew."""
        ...

    async def check(self) -> None:
        """Raise StoreError where what is written would be lost, as far as that can be told without writing."""
        ...

    def inviting(self, invited: Signal) -> AbstractContextManager[None]:
        """Inside, the event is set when a transaction is about to begin that what is then asked for at once shares."""
        ...

    def insert_new(self, table: Table) -> Executable:
        """Inserts a row whose values are handed in, or nothing if one with the same unique values is there."""
        ...

    async def listen(self) -> None:
        """Ring the bells of the board for what other nodes tell, for ever; where there are none, return at once."""
        ...

    async def scour(self) -> bool:
        """Leave what was deleted in none of its files, as far as it lets us; False if somebody stood in the way."""
        ...

    async def close(self, *, answers: bool = True) -> None:
        """Returns when all that was asked for is done; nothing may be asked for any more.

        Of a server that does not answer (`answers`) nothing is waited for.
        """
        ...
