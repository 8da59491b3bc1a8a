"""A program that talks by text without a network: it keeps what it is told, and says what it is given to say."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from engine.aio.inbox import Inbox
from engine.errors import WebhookError
from engine.ports.agents import AgentConnection, AgentConnector, ConnectionEnd

Answering = Callable[[dict[str, Any]], Sequence[dict[str, Any]]]
"""What it sends when it is told something."""


def _silent(told: dict[str, Any]) -> Sequence[dict[str, Any]]:
    del told
    return ()


class FakeAgentConnection:
    """One connection to the program."""

    def __init__(self, hear: Callable[[str], None]) -> None:
        self.closed: int | None = None
        """The code with which we closed it."""
        self._hear = hear
        self._sent = Inbox[str | bytes | ConnectionEnd]()
        self._end: ConnectionEnd | None = None

    @property
    def round_trip_s(self) -> float | None:
        return 0.02

    def end(self) -> ConnectionEnd:
        return self._end or ConnectionEnd(None, "It was closed by us.")

    def unsent(self) -> Sequence[str]:
        return ()

    def sends(self, message: str | bytes) -> None:
        """The program sends something."""
        self._sent.put(message)

    def breaks(self, end: ConnectionEnd) -> None:
        """End it so, at once."""
        self._end = end
        self._sent.put(end)

    def send(self, message: str) -> bool:
        if self._end is not None or self.closed is not None:
            return False
        self._hear(message)
        return True

    async def messages(self) -> AsyncIterator[str | bytes]:
        while self._end is None:
            message = await self._sent.next()
            if not isinstance(message, ConnectionEnd):
                yield message

    async def close(self, code: int = 1000) -> None:
        self.closed = code


class FakeAgentProgram:
    """The program at every URL. Implements engine.ports.agents.AgentConnector."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.urls: list[str] = []
        """Those that were connected to, in order."""
        self.answering: Answering = _silent
        self.unreachable: WebhookError | None = None
        self.connections: list[FakeAgentConnection] = []
        self.others: AgentConnector | None = None
        """Those that are reached in place of the one in memory."""

    async def connect(self, account_id: str, url: str) -> AgentConnection:
        if self.others is not None:
            return await self.others.connect(account_id, url)
        if self.unreachable is not None:
            raise self.unreachable
        self.urls.append(url)
        connection = FakeAgentConnection(self._hear)
        self.connections.append(connection)
        return connection

    def sends(self, **message: object) -> None:
        """Send a message on the last connection."""
        self.connections[-1].sends(json.dumps(message))

    def says(self, text: str, *, last: bool = True, **more: object) -> None:
        """Send a piece of a turn."""
        self.sends(type="text", token=text, last=last, **more)

    def was_told(self, kind: str) -> list[dict[str, Any]]:
        """The messages of a type that it was sent, in order."""
        return [each for each in self.told if each["type"] == kind]

    def _hear(self, message: str) -> None:
        told = json.loads(message)
        self.told.append(told)
        for answer in self.answering(told):
            self.sends(**answer)
