"""One client's connection over HTTP: how slow the client may be, and what answers a request that can't be read."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from api.http.problems import FAILED, Problem
from api.http.reading_pace import ReadingPace, acknowledged_bytes
from api.http.unread_requests import (
    MAX_FIELD_BYTES,
    MAX_FIELDS,
    MAX_TARGET_BYTES,
    as_bytes,
    problem_of,
    unrouted,
)
from engine.metrics.table import HttpClosing

_READING: Final[Mapping[str, Any]] = {
    "access_log": None,
    "max_line_size": MAX_TARGET_BYTES,
    "max_field_size": MAX_FIELD_BYTES,
    "max_headers": MAX_FIELDS,
}
"""Arguments of aiohttp's connection, whose declaration knows no None."""

Told = Callable[[HttpClosing], None]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientPatience:
    """How many seconds a client may take for a request's head, between two requests, and to read."""

    head_s: float = 10.0
    idle_s: float = 75.0
    reader_s: float = 30.0


class HttpConnection(web.RequestHandler):
    """aiohttp's connection with a clock. `told` learns of each that is closed for its client's slowness."""

    def __init__(self, server: web.Server, patience: ClientPatience, told: Told) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, lingering_time=patience.head_s / 2, **_READING)
        self.lost: asyncio.Future[None] = loop.create_future()
        """Done when the connection has ended."""
        self._patience = patience
        self._told = told
        self._wire: asyncio.Transport | None = None
        self._pace = ReadingPace(patience.reader_s)
        self._is_served = False
        self._quiet_since_s = loop.time()
        self._head_since_s: float | None = None

    @property
    def waits_since_s(self) -> float | None:
        """Since when there is no request to answer, by the loop's clock; None while there is one."""
        return None if self._is_served or self._unsent else self._quiet_since_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        self._head_since_s = self._loop.time()
        # Who takes nothing at all is cut off by the kernel, also of what it holds itself.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * self._patience.reader_s))
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        if isinstance(exc, TimeoutError):
            self._told(HttpClosing.READER)
        super().connection_lost(exc)
        self._wire = None
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if data and not self._is_served and self._head_since_s is None:
            self._head_since_s = self._loop.time()

    def begin(self) -> None:
        """A request's head is complete, and it is being answered."""
        self._is_served, self._head_since_s = True, None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._is_served, self._quiet_since_s = False, self._loop.time()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size:
            raise ConnectionError("an answer is on its way already")
        if isinstance(exc, ConnectionError) and self.transport is None:
            raise exc  # nobody is there to be answered, and nothing of ours has failed
        if isinstance(exc, HttpProcessingError):
            log.info("http_request_unreadable", reason=type(exc).__name__)
            return unrouted(problem_of(exc))
        log.error("request_failed", status=status, reason=message, exc_info=exc)
        return unrouted(FAILED)

    def look(self, now_s: float) -> None:
        """Close the connection if its client is too slow. To be called about once a second."""
        if self._wire is None:
            return
        if self._pace.is_too_slow(now_s, acknowledged_bytes(self._socket), self._unsent):
            self.cut(HttpClosing.READER)
        elif self._unsent:
            self._quiet_since_s, self._head_since_s = now_s, None
        elif self._head_since_s is not None and now_s - self._head_since_s >= self._patience.head_s:
            self._refuse_head()
        elif not self._is_served and now_s - self._quiet_since_s >= self._patience.idle_s:
            self._wire.abort()

    def cut(self, why: HttpClosing) -> None:
        """End it at once, whatever is under way."""
        if self._wire is not None:
            self._told(why)
            self._wire.abort()

    def _refuse_head(self) -> None:
        assert self._wire is not None
        self._told(HttpClosing.HEAD)
        self._head_since_s = None
        detail = f"The request's head did not come within {self._patience.head_s:g} s."
        problem = Problem(HTTPStatus.REQUEST_TIMEOUT, detail)
        self._wire.write(as_bytes(problem, over_tls=self.ssl_context is not None))
        self.force_close()

    @property
    def _unsent(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return 0 if self._wire is None else self._wire.get_write_buffer_size()

    @property
    def _socket(self) -> socket.socket:
        assert self._wire is not None
        found: socket.socket = self._wire.get_extra_info("socket")
        return found


@web.middleware
async def noting_begin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the request's connection that it is being answered."""
    if isinstance(request.protocol, HttpConnection):
        request.protocol.begin()
    return await handler(request)
