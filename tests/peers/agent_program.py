"""A program that talks with people by text (ConversationRelay): a real WebSocket server that keeps what it is told."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.peers.socket_server import socket_server
from tests.peers.waiting import eventually

Answer = Callable[["AgentProgram", dict[str, Any]], Awaitable[None]]
"""What it does on each message."""


async def _silent(program: "AgentProgram", message: dict[str, Any]) -> None:
    """Answers nothing."""


@dataclass(slots=True)
class AgentProgram:
    """The server, and what came in on its connections, the last of which it answers on."""

    answer: Answer = _silent
    port: int = 0
    status: int | None = None
    """Answered in place of a WebSocket."""
    deaf: bool = False
    """It opens the WebSocket, and then does nothing at all."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Those of each handshake, by their names in small letters."""
    told: list[dict[str, Any]] = field(default_factory=list)
    close_codes: list[int | None] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _transports: list[asyncio.Transport | None] = field(default_factory=list)

    @property
    def socket(self) -> web.WebSocketResponse:
        return self.sockets[-1]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type, in order."""
        return [each for each in self.told if each["type"] == kind]

    async def is_told(self, kind: str, times: int = 1, within_s: float = 20.0) -> dict[str, Any]:
        """Wait until it was told such messages; gives the last one."""
        return await eventually(
            lambda: self.of_type(kind)[times - 1] if len(self.of_type(kind)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"it was told {self.told}",
        )

    async def send(self, **message: object) -> None:
        await self.socket.send_str(json.dumps(message))

    async def says(self, *tokens: str, last: bool = True, **more: object) -> None:
        """Send a turn in these tokens."""
        for number, token in enumerate(tokens, start=1):
            await self.send(type="text", token=token, last=last and number == len(tokens), **more)

    def lose(self) -> None:
        """Break the connection off, without a Close."""
        transport = self._transports[-1]
        assert transport is not None
        transport.abort()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.status is not None:
            return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:1/"})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self._transports.append(request.transport)
        if self.deaf:
            await asyncio.Event().wait()
        async for frame in socket:
            assert frame.type is WSMsgType.TEXT, frame
            message = json.loads(frame.data)
            self.told.append(message)
            await self.answer(self, message)
        self.close_codes.append(socket.close_code)
        return socket


@asynccontextmanager
async def agent_program(answer: Answer = _silent, tls: ssl.SSLContext | None = None) -> AsyncIterator[AgentProgram]:
    """Listens on a free port of 127.0.0.1 while inside."""
    program = AgentProgram(answer)
    async with socket_server("/{path:.*}", program.serve, tls) as program.port:
        try:
            yield program
        finally:
            for socket in program.sockets:
                async with asyncio.timeout(2):
                    await socket.close()
