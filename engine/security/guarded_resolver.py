"""Resolves names for the very connection that is made, to addresses that may be reached.

So an answer that changes between a check and the use (DNS rebinding) changes nothing.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from engine.security.egress import Egress, denied

Lookup = Callable[[str, int, socket.AddressFamily], Awaitable[list[ResolveResult]]]
"""Resolve a name: host, port, family. Raises OSError."""

_THREADS: Final = 16


class GuardedResolver(AbstractResolver):
    """Resolves names to permitted addresses only; the others are left out. A slow name server is not waited for."""

    def __init__(self, egress: Egress, lookup: Lookup | None = None, timeout_s: float | None = None) -> None:
        self._egress = egress
        self._timeout_s = timeout_s
        # Threads of its own: a slow name server must not hold up others' work in the loop's shared threads.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")
        self._lookup = lookup or self._ask_the_system

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._lookup(host, port, family)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, f"the name {host} was not resolved within {self._timeout_s:g} s") from None
        permitted = [each for each in found if self._egress.permits(each["host"])]
        if found and not permitted:
            raise denied(host)
        self._egress.check_country(host, [each["host"] for each in permitted])
        return permitted

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_the_system(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        def lookup() -> list[ResolveResult]:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            return [
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=found_family,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
                for found_family, _, protocol, _, address in found
            ]

        return await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
