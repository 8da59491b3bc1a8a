"""WebSockets to programs that talk by text, by aiohttp: no sound passes here, only its words.

The address is resolved, judged and signed for before (`ProgramFinder`): no name is looked up any more, no redirect is
followed, certificate and host name are always compared.
"""

import asyncio
import socket
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final, NoReturn

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    DummyCookieJar,
    TCPConnector,
    TraceConfig,
    WSMsgType,
    WSServerHandshakeError,
)
from aiohttp.abc import AbstractResolver, ResolveResult

from config.version import USER_AGENT
from engine.aio.signal import Signal
from engine.aio.tasks import log_failure, started, stopped
from engine.errors import WebhookError
from engine.flow_faults import FlowFault
from engine.ports.agents import ConnectionEnd
from engine.ports.streams import ProgramFinder, StreamServer
from engine.webhooks.connection_faults import fault_of

PATIENCE_S: Final = 10.0
"""For the handshake, for a pong, and for the program to read any of what waits for it."""
PING_EVERY_S: Final = 10.0
MOST_BYTES: Final = 256 * 1024
"""Of a message; a larger one closes the connection with 1009."""
MOST_WAITING: Final = 1000
"""Messages that may wait for a program that does not read."""
_MOST_AT_ONCE: Final = 100
_BREATHES_S: Final = 0.1
"""In which so many frames are read at most: who sends more waits, and neither memory nor other calls pay for it."""
_CLOSING_S: Final = 2.0
_ABNORMAL: Final = 1006
_IPV6: Final = 6
_CLOSED: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED})


class AgentSockets:
    """Opens WebSockets to programs. Implements engine.ports.agents.AgentConnector."""

    def __init__(
        self, programs: ProgramFinder, *, patience_s: float = PATIENCE_S, ping_s: float = PING_EVERY_S,
        most_bytes: int = MOST_BYTES,
    ) -> None:  # fmt: skip
        self._programs = programs
        self._most_bytes = most_bytes
        self._patience_s = patience_s
        self._ping_s = ping_s
        self._tls: ssl.SSLContext | None = None
        """Made when it is wanted first: reading all authorities takes a while."""

    async def connect(self, account_id: str, url: str) -> "AgentSocket":
        server = await self._programs.server(account_id, url)
        session = _session_with(server)
        try:
            opened = await self._opened(session, url, server)
        except BaseException:
            await session.close()
            raise
        return AgentSocket(session, opened, self._patience_s, self._ping_s)

    async def _opened(self, session: ClientSession, url: str, server: StreamServer) -> ClientWebSocketResponse[bool]:
        try:
            async with asyncio.timeout(self._patience_s):
                return await session.ws_connect(
                    url,
                    ssl=await self._believed() if server.secure else True,
                    headers=dict(server.headers),
                    autoping=False,
                    max_msg_size=self._most_bytes,
                    timeout=ClientWSTimeout(ws_close=_CLOSING_S),
                )
        except TimeoutError:
            why = f"{url} did not open a WebSocket within {self._patience_s:g} s."
            raise WebhookError(why, FlowFault.CONNECTION) from None
        except WSServerHandshakeError as error:
            why = f"{url} opened no WebSocket: it answered with {error.status}, where 101 is wanted."
            raise WebhookError(why, FlowFault.RETRIEVAL) from None
        except (ClientError, OSError, ValueError) as error:
            raise WebhookError(f"{url} could not be reached: {error}.", fault_of(error)) from error

    async def _believed(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls


class AgentSocket:
    """One open WebSocket. Implements engine.ports.agents.AgentConnection."""

    def __init__(
        self, session: ClientSession, opened: ClientWebSocketResponse[bool], patience_s: float, ping_s: float
    ) -> None:
        self._session = session
        self._socket = opened
        self._patience_s = patience_s
        self._waiting: deque[str] = deque()
        self._wanted = Signal()
        self._written = Signal()
        self._ponged = Signal()
        self._pinged_s: float | None = None
        self._round_trip_s: float | None = None
        self._end: ConnectionEnd | None = None
        self._beside = (started(self._write()), started(self._ping(ping_s)))
        for each in self._beside:
            each.add_done_callback(self._fails_alone)

    @property
    def round_trip_s(self) -> float | None:
        return self._round_trip_s

    def end(self) -> ConnectionEnd:
        return self._end or ConnectionEnd(_ABNORMAL, "It was closed by us.")

    def send(self, message: str) -> bool:
        if self._end is not None or self._socket.closed:
            return False
        if len(self._waiting) >= MOST_WAITING:
            self._broke(f"The program has not read {MOST_WAITING} messages.")
            return False
        self._waiting.append(message)
        self._wanted.set()
        return True

    def unsent(self) -> Sequence[str]:
        return tuple(self._waiting)

    async def messages(self) -> AsyncIterator[str | bytes]:
        frames, since_s = 0, time.monotonic()
        while self._end is None:
            message = await self._socket.receive()
            frames += 1
            if frames > _MOST_AT_ONCE:
                await asyncio.sleep(since_s + _BREATHES_S - time.monotonic())
                frames, since_s = 1, time.monotonic()
            match message.type:
                case WSMsgType.TEXT | WSMsgType.BINARY:
                    yield message.data
                case WSMsgType.PING:
                    with suppress(ClientError, OSError):  # its end is told by what is received next
                        await self._socket.pong(message.data)
                case WSMsgType.PONG:
                    self._pong_came()
                case _:
                    self._ended(message.type, message.extra)

    async def close(self, code: int = 1000) -> None:
        try:
            async with asyncio.timeout(_CLOSING_S):
                while self._waiting and self._end is None:
                    await self._written.wait()
                    self._written.clear()
        except TimeoutError:
            self._waiting.clear()
        await stopped(*self._beside)
        self._end = self._end or ConnectionEnd(None, "It was closed by us.")
        await self._socket.close(code=code)
        await self._session.close()

    async def _write(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._waiting:
                try:
                    async with asyncio.timeout(self._patience_s):
                        await self._socket.send_str(self._waiting[0])
                except TimeoutError:
                    self._broke(f"The program has read nothing for {self._patience_s:g} s.")
                    return
                except (ClientError, OSError) as error:
                    self._broke(f"The connection broke: {error}")
                    return
                self._waiting.popleft()
                self._written.set()

    async def _ping(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s if self._round_trip_s is not None else 0.0)
            self._ponged.clear()
            self._pinged_s = time.monotonic()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._socket.ping()
                    await self._ponged.wait()
            except TimeoutError:
                self._broke(f"The program has answered no ping for {self._patience_s:g} s.")
                return
            except (ClientError, OSError) as error:
                self._broke(f"The connection broke: {error}")
                return

    def _fails_alone(self, task: "asyncio.Future[None]") -> None:
        """Without its pings, or what is sent, a connection is none."""
        if log_failure(task) is not None:
            self._broke("A fault in Telefoon; see the log.")

    def _pong_came(self) -> None:
        if self._pinged_s is not None:
            self._round_trip_s, self._pinged_s = time.monotonic() - self._pinged_s, None
        self._ponged.set()

    def _broke(self, why: str) -> None:
        """Nothing is sent or read any more; whoever reads learns of it at once."""
        if self._end is None:
            self._end = ConnectionEnd(None, why)
            self._written.set()
            # A Close of WebSocket would wait for a program that is dead. Of a transport's socket a loop lends no more
            # than a view, by which uvloop shuts nothing.
            if (view := self._socket.get_extra_info("socket")) is not None:
                with suppress(OSError), view.dup() as same:
                    same.shutdown(socket.SHUT_RDWR)

    def _ended(self, kind: WSMsgType, reason: object) -> None:
        if self._end is not None:
            return
        code = self._socket.close_code
        if kind in _CLOSED and code is not None and code != _ABNORMAL:
            self._end = ConnectionEnd(code, f"The program closed the connection with {code}{_spelled(reason)}.")
        else:
            self._end = ConnectionEnd(None, "The connection to the program was lost.")


class _JudgedAddress(AbstractResolver):
    """Whatever is asked for is at the one address that was judged."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        version = ip_address(self._address).version
        return [
            ResolveResult(
                hostname=host,
                host=self._address,
                port=port,
                family=socket.AF_INET6 if version == _IPV6 else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


def _session_with(server: StreamServer) -> ClientSession:
    tracing = TraceConfig()
    tracing.on_request_redirect.append(_refuse_redirect)
    return ClientSession(
        connector=TCPConnector(resolver=_JudgedAddress(server.address), use_dns_cache=False),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None),
        headers={"User-Agent": USER_AGENT},
        trace_configs=[tracing],
    )


async def _refuse_redirect(_session: ClientSession, _context: object, _params: object) -> NoReturn:
    """Another address was not judged, and has no signature."""
    raise ClientError("it answered with a redirect, which no WebSocket follows")


def _spelled(reason: object) -> str:
    return f": {reason}" if isinstance(reason, str) and reason else ""
