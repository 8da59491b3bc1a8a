"""Pages of a node that only other nodes of its database are told; anybody else finds no such page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web

from api.http.forwarding import INSIDE, Forwarding
from engine.model.node import Node
from engine.security.inside_requests import Asked, NotInside

Tell = Callable[[], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class InsidePage:
    """A page at the same path of each node, which is asked for by a signed GET and answered within so many seconds."""

    path: str
    way: Forwarding
    within_s: float

    async def of(self, node: Node) -> str | None:
        """What another node tells; None where it refuses. Raises aiohttp.ClientError and TimeoutError."""
        asked = Asked(hdrs.METH_GET, self.path, b"")
        headers = {INSIDE: self.way.inside.signed(node.name, asked, {}, self.way.now())}
        async with (
            asyncio.timeout(self.within_s),
            self.way.client.get(f"{node.rest_url}{self.path}", headers=headers) as response,
        ):
            return await response.text() if response.status == HTTPStatus.OK else None

    def add_to(self, app: web.Application, tell: Tell) -> None:
        """Have an application tell other nodes."""

        async def answer(request: web.Request) -> web.Response:
            try:
                self.way.told_by_node(request, await request.read())
            except NotInside:
                raise web.HTTPNotFound from None
            return await tell()

        app.router.add_get(self.path, answer)
