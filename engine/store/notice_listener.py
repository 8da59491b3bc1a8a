"""Hears what other nodes tell by way of PostgreSQL (LISTEN), on a connection of its own."""

import asyncio
from typing import Any, Final

import structlog
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from engine.aio.signal import Signal
from engine.aio.waits import first_of
from engine.errors import StoreError
from engine.store import server_choice
from engine.store.failure import as_store_error
from engine.store.notice_sender import topics_of
from engine.store.notices import CHANNEL, NoticeBoard

FIRST_PAUSE_S: Final = 0.2
LAST_PAUSE_S: Final = 10.0
ALIVE_S: Final = 10.0
"""How often the server is asked something: of one that is cut off nothing is heard, and so nothing is missed."""
_ANSWER_S: Final = 5.0
_CONNECT_S: Final = 10.0

log = structlog.get_logger(__name__)


class NoticeListener:
    """Rings a node's bells for what others tell, and all of them once it may have missed something.

    Belongs to asyncio's thread.
    """

    def __init__(self, url: URL, board: NoticeBoard, own_name: str) -> None:
        """`url` leads to the server itself: PgBouncer lends connections by transaction, and LISTEN needs one to keep.

        What `own_name` tells is left: who told it has rung here already.
        """
        self._server = _server_of(url)
        self._board = board
        self._own_name = own_name
        self._pause_s = FIRST_PAUSE_S

    async def run(self) -> None:
        """Listen for ever; where the connection is lost, begin another, after pauses that grow."""
        while True:
            try:
                with as_store_error():
                    await self._listen()
            except StoreError as error:
                log.warning("notices_not_heard", error=str(error), again_in_s=self._pause_s)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S)

    async def _listen(self) -> None:
        """Until the connection is lost. Raises as the driver does."""
        connection = await server_choice.connect(
            **self._server, timeout=_CONNECT_S, server_settings={"application_name": "telefoon notices"}
        )
        try:
            lost = Signal()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._hear)
            self._pause_s = FIRST_PAUSE_S
            self._board.ring_all()
            while not await first_of(lost, timeout_s=ALIVE_S):
                await connection.fetchval("SELECT 1", timeout=_ANSWER_S)
            log.warning("notices_not_heard", error="the connection was lost", again_in_s=self._pause_s)
        finally:
            connection.terminate()

    def _hear(self, _connection: Any, _pid: int, _channel: str, text: str) -> None:
        self._board.ring(topics_of(text, unless_of=self._own_name))


def _server_of(url: URL) -> dict[str, Any]:
    """What the driver is to be told of the server, without what SQLAlchemy keeps to itself."""
    makes: Any = dialect
    _, told = makes().create_connect_args(url)
    return {name: value for name, value in told.items() if not name.startswith("prepared_statement_")}
