"""How nodes tell each other when they last renewed their leases: `GET /inside/lease`, answered without the database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp import hdrs, web

from api.http.forwarding import INSIDE, Forwarding
from engine.live.nodes.fencing import OthersReach
from engine.live.nodes.membership import Membership
from engine.model.node import Node
from engine.security.inside_requests import Asked, NotInside

LEASE_PATH: Final = "/inside/lease"
_ASK_S: Final = 0.7
"""Three renewals of a lease fit into half of it, and this with them."""
_ASKED: Final = Asked(hdrs.METH_GET, LEASE_PATH, b"")


@dataclass(frozen=True, slots=True)
class LeaseTalk:
    """Asks other nodes whether they reach the database, and tells them whether this one does."""

    membership: Membership
    way: Forwarding

    async def others_reach(self, others: Sequence[Node]) -> OthersReach:
        """What the others say, those that answer."""
        said = await asyncio.gather(*(self._reaches(each) for each in others))
        if any(said):
            return OthersReach.YES
        return OthersReach.NOBODY_ANSWERS if all(each is None for each in said) else OthersReach.NO

    def add_to(self, app: web.Application) -> None:
        """Have an application tell other nodes; anybody else finds no such page."""
        app.router.add_get(LEASE_PATH, self._tell)

    async def _reaches(self, node: Node) -> bool | None:
        """Whether a node has renewed its lease of late; None where it does not answer."""
        headers = {INSIDE: self.way.inside.signed(node.name, _ASKED, {}, self.way.now())}
        try:
            async with (
                asyncio.timeout(_ASK_S),
                self.way.client.get(f"{node.rest_url}{LEASE_PATH}", headers=headers) as response,
            ):
                if response.status != HTTPStatus.OK:
                    return None
                age_s = float((await response.json())["age_s"])
                return age_s < self.membership.lease_s / 2
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
            return None

    async def _tell(self, request: web.Request) -> web.Response:
        try:
            self.way.told_by_node(request, await request.read())
        except NotInside:
            raise web.HTTPNotFound from None
        return web.json_response({"age_s": self.membership.lease_age_s})
