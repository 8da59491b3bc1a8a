"""Where programs behind WebSockets are: their URLs judged, resolved to an address that may be reached, and signed for.

An address is resolved here and handed on as it is, so that an answer of DNS that changes later changes nothing.
"""

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Final

from yarl import URL

from engine.errors import SetupError, StoreError, WebhookError
from engine.flow_faults import FlowFault
from engine.ids import IdKind, new_id
from engine.ports.streams import StreamServer
from engine.security.egress import Egress, denied, looks_like_an_address
from engine.security.guarded_resolver import GuardedResolver
from engine.webhooks import signing
from engine.webhooks.request import WebRequest

SECURE: Final = "wss"
PLAIN: Final = "ws"
_OVER_HTTP: Final = {SECURE: "https", PLAIN: "http"}


class ProgramServers:
    """Finds the servers of programs. Without a `keyring` nothing is signed."""

    def __init__(
        self,
        egress: Egress,
        resolver: GuardedResolver,
        keyring: signing.Keyring | None,
        now: Callable[[], datetime],
    ) -> None:
        self._egress = egress
        self._resolver = resolver
        self._keyring = keyring
        self._now = now

    async def server(self, account_id: str, url: str) -> StreamServer:
        """The server of an absolute wss URL, and what its handshake says. Raises WebhookError."""
        parsed = program_url(url)
        self._egress.check(parsed.with_scheme(_OVER_HTTP[parsed.scheme]))
        address = await self._address(parsed)
        if parsed.scheme == PLAIN and not self._egress.is_named(address):
            raise WebhookError(
                f"{url}: without TLS only hosts are reached whose network TELEFOON_EGRESS_ALLOW names; write wss://.",
                FlowFault.URL,
            )
        return StreamServer(
            address=address,
            host=parsed.raw_host or "",
            path=parsed.raw_path,
            port=parsed.port or 0,
            secure=parsed.scheme == SECURE,
            headers=await self._headers(account_id, parsed),
        )

    async def _address(self, url: URL) -> str:
        host, port = url.host or "", url.port or 0
        if looks_like_an_address(host):
            if not self._egress.permits(host):
                raise denied(host)
            return host
        try:
            found = await self._resolver.resolve(host, port, socket.AF_UNSPEC)
        except OSError as error:
            raise WebhookError(f"{url}: {error.strerror or error}.", FlowFault.HOST_NAME) from None
        if not found:
            raise WebhookError(f"{url}: the name {host} has no address.", FlowFault.HOST_NAME)
        return found[0]["host"]

    async def _headers(self, account_id: str, url: URL) -> tuple[tuple[str, str], ...]:
        if self._keyring is None:
            return ()
        try:
            secrets = await self._keyring.secrets(account_id)
        except (StoreError, SetupError) as error:
            raise WebhookError(f"{url} can't be signed: {error}", FlowFault.INTERNAL) from error
        request = WebRequest("GET", url)
        return tuple(signing.headers(secrets, request, new_id(IdKind.EXCHANGE), self._now()).items())


def program_url(url: str) -> URL:
    """A program's address as it is asked. Raises WebhookError, with the mend, for what is none."""
    try:
        parsed = URL(url)
        port = parsed.port
    except ValueError as error:
        raise WebhookError(f"{url}: {error}.", FlowFault.URL) from None
    if parsed.scheme not in _OVER_HTTP or not parsed.raw_host or not port:
        raise WebhookError(f"{url}: a program is reached at an absolute URL that begins with wss://.", FlowFault.URL)
    if parsed.raw_query_string or parsed.raw_fragment or parsed.user is not None:
        raise WebhookError(
            f"{url}: a program's URL has no query, fragment or password; give parameters to it as Parameter.",
            FlowFault.URL,
        )
    return parsed
