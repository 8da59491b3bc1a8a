"""Pages of a node that only other nodes of its database are told; anybody else finds no such page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web

from api.http.forwarding import INSIDE, Forwarding
from engine.model.node import Node
from engine.security.inside_requests import Asked, NotInside

Tell = Callable[[], Awaitable[web.Response]]
Take = Callable[[bytes], Awaitable[web.Response]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


def for_nodes_alone(way: Forwarding, take: Take) -> Handler:
    """A handler that takes the bodies that nodes of this database send; anybody else finds no such page."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        try:
            way.told_by_node(request, body)
        except NotInside:
            raise web.HTTPNotFound from None
        return await take(body)

    return handle


def signed(way: Forwarding, node: Node, asked: Asked) -> Mapping[str, str]:
    """The header by which another node knows that this one asks."""
    return {INSIDE: way.inside.signed(node.name, asked, {}, way.now())}


@dataclass(frozen=True, slots=True)
class InsidePage:
    """A page at the same path of each node, which is asked for by a signed GET and answered within so many seconds."""

    path: str
    way: Forwarding
    within_s: float

    async def of(self, node: Node) -> str | None:
        """What another node tells; None where it refuses. Raises aiohttp.ClientError and TimeoutError."""
        headers = signed(self.way, node, Asked(hdrs.METH_GET, self.path, b""))
        async with (
            asyncio.timeout(self.within_s),
            self.way.client.get(f"{node.rest_url}{self.path}", headers=headers) as response,
        ):
            return await response.text() if response.status == HTTPStatus.OK else None

    def add_to(self, app: web.Application, tell: Tell) -> None:
        """Have an application tell other nodes."""

        app.router.add_get(self.path, for_nodes_alone(self.way, lambda _: tell()))
