"""Programs that talk by text: the connection to one, over which messages go."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ConnectionEnd:
    """How a connection ended: the code of the program's Close, None without one, and why in words."""

    code: int | None
    why: str


class AgentConnection(Protocol):
    """A connection to a program."""

    @property
    def round_trip_s(self) -> float | None:
        """The last way to the program and back; None before there is one."""
        ...

    def messages(self) -> AsyncIterator[str | bytes]:
        """What it sends, to the connection's end; bytes where it is no text. For one reader."""
        ...

    def end(self) -> ConnectionEnd:
        """How it ended, once it has."""
        ...

    def send(self, message: str) -> bool:
        """Send a message behind those that wait; False where the connection has ended and it can't be."""
        ...

    def unsent(self) -> Sequence[str]:
        """What still waits to be sent, in its order."""
        ...

    async def close(self, code: int = 1000) -> None:
        """Send what waits, then close it."""
        ...


class AgentConnector(Protocol):
    """Connects to programs, by the rules for what leaves the platform, with signatures of the account."""

    async def connect(self, account_id: str, url: str) -> AgentConnection:
        """The connection to the program at an absolute wss URL. Raises WebhookError."""
        ...
