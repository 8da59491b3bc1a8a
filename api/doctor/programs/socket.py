"""The WebSocket to a program under trial: connected as the platform does, and read as it comes."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from yarl import URL

from api.doctor.programs.wrong_message import WrongMessage
from config.version import USER_AGENT
from engine.errors import TelefoonError

_MOST_MESSAGE_BYTES: Final = 4 * 1024 * 1024
_CLOSE_S: Final = 2.0


class ProgramAway(TelefoonError):
    """No WebSocket to the program came to stand."""


class ProgramSocket:
    """The connection. What was sent after the program has closed it is not missed by anybody."""

    def __init__(self, socket: ClientWebSocketResponse, connected_s: float) -> None:
        self._socket = socket
        self.connected_s = connected_s
        """How long name, TCP, TLS and handshake took together."""

    @property
    def close_code(self) -> int | None:
        """The code of the program's Close; None while it is open."""
        return self._socket.close_code

    @property
    def closed(self) -> bool:
        return self._socket.closed

    async def texts(self) -> AsyncIterator[str | WrongMessage]:
        """What comes, to the end; what is no text is told as wrong."""
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                yield message.data
            else:
                yield WrongMessage(
                    f"a binary message of {len(message.data)} bytes", "Send JSON in text messages; sound as base64."
                )

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, as JSON."""
        await self.send_text(json.dumps(message, ensure_ascii=False))

    async def send_text(self, text: str) -> None:
        """Send a message that is written already."""
        if self._socket.closed:
            return
        try:
            await self._socket.send_str(text)
        except (ClientError, ConnectionError):
            return  # its reader tells of the end

    async def close(self) -> None:
        """Say that all is over, and wait a little for the answer."""
        await self._socket.close()


@asynccontextmanager
async def program_socket(url: URL, headers: Mapping[str, str], patience_s: float) -> AsyncIterator[ProgramSocket]:
    """A connection for as long as a trial takes. Raises ProgramAway."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession(timeout=ClientTimeout(total=None)))
        began = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                socket = await session.ws_connect(
                    url,
                    headers={"User-Agent": USER_AGENT, **headers},
                    timeout=ClientWSTimeout(ws_close=_CLOSE_S),
                    max_msg_size=_MOST_MESSAGE_BYTES,
                    ssl=ssl.create_default_context() if url.scheme == "wss" else True,
                )
        except TimeoutError:
            raise ProgramAway(f"no WebSocket stood after {patience_s:g} s") from None
        except (ClientError, OSError) as error:
            raise ProgramAway(str(error)) from error
        stack.push_async_callback(socket.close)
        yield ProgramSocket(socket, time.monotonic() - began)
