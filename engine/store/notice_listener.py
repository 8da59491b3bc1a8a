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
from engine.store.notice_sender import topics_of, wish, wishes_in
from engine.store.notice_wishes import SAID_EVERY_S, NoticeWishes
from engine.store.notices import CHANNEL, NoticeBoard

FIRST_PAUSE_S: Final = 0.2
LAST_PAUSE_S: Final = 10.0
_ANSWER_S: Final = 5.0
_CONNECT_S: Final = 10.0

log = structlog.get_logger(__name__)


class NoticeListener:
    """Rings a node's bells for what others tell, and all of them once it may have missed something.

    It tells them which of the bells somebody attends to, and notes what they wish for. Belongs to asyncio's thread.
    """

    def __init__(self, url: URL, board: NoticeBoard, own_name: str, wishes: NoticeWishes) -> None:
        """`url` leads to the server itself: PgBouncer lends connections by transaction, and LISTEN needs one to keep.

        What `own_name` tells is left: who told it has rung here already.
        """
        self._server = _server_of(url)
        self._board = board
        self._own_name = own_name
        self._wishes = wishes
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
            self._wishes.begin_to_hear()
            self._board.ring_all()
            while not lost.is_set():
                await self._say_wishes(connection)
                await first_of(lost, self._board.wishes_more, timeout_s=SAID_EVERY_S)
            log.warning("notices_not_heard", error="the connection was lost", again_in_s=self._pause_s)
        finally:
            self._wishes.stop_hearing()
            connection.terminate()

    async def _say_wishes(self, connection: Any) -> None:
        """Ask the server something in any case: of one that is cut off nothing is heard, and so nothing is missed."""
        self._board.wishes_more.clear()
        if wishes := self._board.wishes:
            said = wish(self._own_name, wishes)
            await connection.fetchval("SELECT pg_notify($1, $2)", CHANNEL, said, timeout=_ANSWER_S)
        else:
            await connection.fetchval("SELECT 1", timeout=_ANSWER_S)

    def _hear(self, _connection: Any, _pid: int, _channel: str, text: str) -> None:
        self._wishes.heard(wishes_in(text, unless_of=self._own_name))
        self._board.ring(topics_of(text, unless_of=self._own_name))


def _server_of(url: URL) -> dict[str, Any]:
    """What the driver is to be told of the server, without what SQLAlchemy keeps to itself."""
    makes: Any = dialect
    _, told = makes().create_connect_args(url)
    return {name: value for name, value in told.items() if not name.startswith("prepared_statement_")}
