"""Programs of several manners behind WebSockets of one port, each at the path of its name."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from aiohttp import web

from tests.peers.socket_server import socket_server


class Conversation(Protocol):
    """A conversation of a program."""

    async def serve(self) -> None:
        """Converse until the WebSocket is closed."""


Talk = TypeVar("Talk", bound=Conversation)


@dataclass(slots=True)
class ServedPrograms(Generic[Talk]):
    """Programs that listen; `talks` are their conversations by their names, of each the last."""

    port: int = 0
    talks: dict[str, Talk] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    """Of each handshake, by the program's name; empty where there was none."""

    def url(self, name: str) -> str:
        return f"ws://127.0.0.1:{self.port}/{name}"


@asynccontextmanager
async def served_programs(begin: Callable[[str, web.WebSocketResponse], Talk]) -> AsyncIterator[ServedPrograms[Talk]]:
    """`begin` makes the conversation of the program of a name."""
    served = ServedPrograms[Talk]()

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name = request.match_info["name"]
        served.signatures[name] = request.headers.get("X-Twilio-Signature", "")
        served.talks[name] = talk = begin(name, socket)
        await talk.serve()
        return socket

    async with socket_server("/{name}", answer) as served.port:
        yield served
