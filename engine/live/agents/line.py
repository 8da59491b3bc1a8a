"""The line to an agent's program: a connection, and where that is wanted another one in place of one that is lost."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.errors import WebhookError
from engine.live.agents.happenings import ConnectionLost, MessageCame
from engine.ports import Clock
from engine.ports.agents import AgentConnection, AgentConnector

MOST_KEPT: Final = 500
"""Messages that are kept while there is no connection; the oldest goes first."""
RECONNECTING_S: Final = 10.0
"""For which a lost connection is tried to be made again."""
_PAUSE_S: Final = 0.5

Came = Callable[[MessageCame | ConnectionLost], None]


class AgentLine:
    """Sends and reads messages. One that `reconnects` begins anew with the setup, then comes what was missed."""

    def __init__(
        self, connector: AgentConnector, clock: Clock, account_id: str, url: str, setup: Mapping[str, Any],
        *, reconnects: bool,
    ) -> None:  # fmt: skip
        self._connector = connector
        self._clock = clock
        self._account_id = account_id
        self._url = url
        self._setup = json.dumps(setup)
        self._reconnects = reconnects
        self._kept: deque[str] = deque(maxlen=MOST_KEPT)
        self._connection: AgentConnection | None = None

    @property
    def round_trip_s(self) -> float | None:
        """The last way to the program and back."""
        return self._connection.round_trip_s if self._connection is not None else None

    async def open(self) -> None:
        """Connect, and tell who is on the line. Raises WebhookError."""
        self._connection = await self._connector.connect(self._account_id, self._url)
        self._connection.send(self._setup)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send it now, or once there is a connection again."""
        text = json.dumps(message, ensure_ascii=False)
        if self._connection is None or not self._connection.send(text):
            self._kept.append(text)

    async def read(self, came: Came) -> None:
        """Hand on all that the program sends, to the end of the last connection."""
        while self._connection is not None:
            async for message in self._connection.messages():
                came(MessageCame(message))
            end = self._connection.end()
            if end.code is not None or not self._reconnects or not await self._connected_again():
                came(ConnectionLost(end.code, end.why))
                return

    async def close(self, code: int) -> None:
        """Send what waits, and close."""
        if self._connection is not None:
            await self._connection.close(code)

    async def _connected_again(self) -> bool:
        lost, self._connection = self._connection, None
        if lost is not None:
            self._kept.extendleft(reversed(lost.unsent()))
            await lost.close()
        try:
            async with asyncio.timeout(RECONNECTING_S):
                while not await self._has_opened():
                    await self._clock.sleep(_PAUSE_S)
        except TimeoutError:
            return False
        self._send_kept()
        return True

    def _send_kept(self) -> None:
        while self._kept and self._connection is not None and self._connection.send(self._kept[0]):
            self._kept.popleft()

    async def _has_opened(self) -> bool:
        try:
            await self.open()
        except WebhookError:
            return False  # it is tried again, and the end of all tries is told
        return True
