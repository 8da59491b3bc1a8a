"""One writer for an SQLite file, which has one: changes that wait at the same time share a transaction."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine

from engine.aio.signal import Signal
from engine.aio.tasks import started
from engine.aio.threads import Threads
from engine.errors import StoreError
from engine.store.connections import Job, T

_MOST_AT_ONCE: Final = 64
_LOOK_AGAIN_S: Final = 0.05


class _Waiting:
    """A job and the one who waits for it. From when it is begun on, it is waited for, as it may be stored."""

    def __init__(self, job: Job[Any]) -> None:
        self.job = job
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.patience: asyncio.TimerHandle | None = None
        """Until it is looked whether it can still be waited for."""
        self._lock = Lock()
        self._given_up = False
        self._begun = False

    @property
    def wanted(self) -> bool:
        return not self._given_up

    def begin(self) -> bool:
        """Whether the job is still wanted, asked on the writer's thread; then nobody gives it up any more."""
        with self._lock:
            self._begun = not self._given_up
            return self._begun

    def give_up(self) -> bool:
        """Whether it will not be begun."""
        with self._lock:
            self._given_up = not self._begun
            return self._given_up

    def put_back(self) -> None:
        """Its transaction did not begin."""
        with self._lock:
            self._begun = False

    def settle(self, result: Any) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class SerialWriter:
    """Runs jobs one after another; all that wait when it looks share a transaction and its one sync to disk.

    So a busy node pays for a sync, and for the way to the writer's thread and back, not once a change but once a turn.
    Where a job of several fails, all are rolled back and each is run again alone: it fails or succeeds by itself.
    Another process may have the file to itself meanwhile: who asks is told so after `patience_s`, and nothing of it is
    stored then.
    """

    def __init__(
        self,
        engine: Engine,
        is_locked: Callable[[BaseException], bool],
        patience_s: float,
        require: Callable[[], None],
    ) -> None:
        """`require` is asked on the writer's thread before each transaction, and raises where there may be none."""
        self._engine = engine
        self._require = require
        self._is_locked = is_locked
        self._patience_s = patience_s
        self._thread = Threads("database-writer", 1)
        self._connection: Connection | None = None
        """The thread's own. It is kept, for taking one and giving it back costs more than most statements."""
        self._kept = False
        """Whether another process had the file to itself when it was last looked at; a slow disk is none."""
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._invited: set[Signal] = set()
        """Set before a transaction begins: whose changes wait for others are asked to join."""
        self._worker = started(self._work())

    async def run(self, job: Job[T]) -> T:
        """Run it in a transaction; durable when this returns."""
        waiting = _Waiting(job)
        self._queue.put_nowait(waiting)
        self._look_again(waiting, self._patience_s)
        try:
            result: T = await waiting.done
        except asyncio.CancelledError:
            waiting.give_up()
            raise
        finally:
            if waiting.patience is not None:
                waiting.patience.cancel()
        return result

    def _look_again(self, waiting: _Waiting, after_s: float) -> None:
        waiting.patience = asyncio.get_running_loop().call_later(after_s, self._look, waiting)

    def _look(self, waiting: _Waiting) -> None:
        """Whoever waits has lost patience: give up the job, if another process is what stands in the way."""
        if waiting.done.done():
            return
        if self._kept and waiting.give_up():
            waiting.fail(StoreError(f"Another process has kept the database to itself for {self._patience_s:g} s."))
        else:
            self._look_again(waiting, _LOOK_AGAIN_S)

    @contextmanager
    def inviting(self, invited: Signal) -> Iterator[None]:
        """Inside, the event is set when a transaction is about to begin; what is then asked for at once shares it."""
        self._invited.add(invited)
        try:
            yield
        finally:
            self._invited.discard(invited)

    async def close(self) -> None:
        """Returns when all that was asked for is done."""
        self._queue.put_nowait(None)
        await self._worker
        await self._thread.run(self._disconnect)
        await self._thread.close()

    async def _work(self) -> None:
        closing = False
        while not closing:
            taken = [await self._queue.get()]
            if self._invited:
                for each in self._invited:
                    each.set()
                await asyncio.sleep(0)  # their jobs come now
            while len(taken) < _MOST_AT_ONCE and not self._queue.empty():
                taken.append(self._queue.get_nowait())
            closing = None in taken
            await self._write([each for each in taken if each is not None])

    async def _write(self, batch: list[_Waiting]) -> None:
        while batch := [each for each in batch if each.wanted]:
            try:
                settled = await self._thread.run(partial(self._transaction, batch))
            except Exception as error:  # noqa: BLE001 - whatever a job raises is for the one who waits for it
                if not self._is_locked(error):
                    await self._failed(batch, error)
                    return
                # The library has waited a while for the other process.
                self._kept = True
                for each in batch:
                    each.put_back()
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                for each, result in settled:
                    each.settle(result)
                return

    def _transaction(self, batch: list[_Waiting]) -> list[tuple[_Waiting, Any]]:
        """Carry out the jobs that somebody still waits for, on the writer's thread, and give what came of each."""
        self._require()
        connection = self._connection = self._connection or self._engine.connect()
        file: Any = connection.connection.driver_connection
        try:
            # Begun and ended by SQLite's driver: SQLAlchemy's way there takes a third of what the writer does.
            file.execute("BEGIN IMMEDIATE")
            self._kept = False
            # Only now: another process may have had its turn first, for so long that somebody gave up.
            settled = [(each, each.job(connection)) for each in [each for each in batch if each.begin()]]
            connection.commit()  # as far as SQLAlchemy knows, which sees what jobs ask by way of it
            file.commit()
            return settled
        except BaseException:
            self._disconnect()  # the next begins on one that nothing has happened to
            raise

    def _disconnect(self) -> None:
        """Give the connection back, on the writer's thread."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _failed(self, batch: list[_Waiting], error: Exception) -> None:
        if len(batch) > 1:
            for each in batch:
                await self._write([each])
        else:
            batch[0].fail(error)
