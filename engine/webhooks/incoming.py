"""An answer while it is read: up to a limit, never unpacked, so that a small answer can't become a large one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from multidict import CIMultiDictProxy

from engine.flow_faults import FlowFault

if TYPE_CHECKING:
    from aiohttp import ClientResponse

EXCERPT_BYTES: Final = 1024
_CHUNK_BYTES: Final = 64 * 1024
_GLANCE_S: Final = 1.0


class Unusable(Exception):
    """There was an answer, but none that is of use; the text follows the request."""

    def __init__(self, said: str, fault: FlowFault = FlowFault.RETRIEVAL) -> None:
        super().__init__(said)
        self.fault = fault


class Incoming:
    """Status and headers are here, the body is still to come; how it begins is remembered."""

    def __init__(self, response: "ClientResponse") -> None:
        self._response = response
        self._head = bytearray()

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        return self._response.headers

    @property
    def excerpt(self) -> str:
        """The first bytes of what was read, as text that any database takes."""
        return self._head.decode(errors="replace").replace("\0", "\ufffd")

    def require_usable(self, limit_bytes: int) -> None:
        """Raises Unusable."""
        if not 200 <= self.status < 300:
            raise Unusable(f"was answered with {self.status} {self._response.reason or ''}".rstrip())
        encoding = self.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise Unusable(f"was answered with the encoding {encoding}, which was not asked for")
        if (self._response.content_length or 0) > limit_bytes:
            raise _too_long(limit_bytes)

    async def chunks(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """The body. Raises Unusable where it is longer than the limit."""
        read = len(self._head)
        if self._head:  # a glance was had
            yield bytes(self._head)
        async for chunk in self._response.content.iter_chunked(_CHUNK_BYTES):
            read += len(chunk)
            self._head += chunk[: EXCERPT_BYTES - len(self._head)]
            if read > limit_bytes:
                raise _too_long(limit_bytes)
            yield chunk

    async def body(self, limit_bytes: int) -> bytes:
        """The whole body. Raises Unusable."""
        self.require_usable(limit_bytes)
        return b"".join([chunk async for chunk in self.chunks(limit_bytes)])

    async def glance(self) -> None:
        """Read what the excerpt shows and no more; a server that only half answers is not waited for."""
        from aiohttp import ClientError  # not before: who simulates a call is spared loading it

        with suppress(TimeoutError, ClientError):
            async with asyncio.timeout(_GLANCE_S):
                self._head += await self._response.content.read(EXCERPT_BYTES - len(self._head))


async def status_of(incoming: Incoming) -> int:
    """The status of an answer whose body is ignored."""
    await incoming.glance()
    return incoming.status


def _too_long(limit_bytes: int) -> Unusable:
    return Unusable(f"was answered with more than {limit_bytes // 1024} KiB", FlowFault.TOO_LONG)
