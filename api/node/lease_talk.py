"""How nodes tell each other when they last renewed their leases: `GET /inside/lease`, answered without the database."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import web

from api.http.forwarding import Forwarding
from api.node.inside_page import InsidePage
from engine.live.nodes.fencing import OthersReach
from engine.live.nodes.membership import Membership
from engine.model.node import Node

LEASE_PATH: Final = "/inside/lease"
_ASK_S: Final = 0.7
"""Three renewals of a lease fit into half of it, and this with them."""


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
        self._page.add_to(app, self._tell)

    @property
    def _page(self) -> InsidePage:
        return InsidePage(LEASE_PATH, self.way, _ASK_S)

    async def _reaches(self, node: Node) -> bool | None:
        """Whether a node has renewed its lease of late; None where it does not answer."""
        try:
            if (told := await self._page.of(node)) is None:
                return None
            return float(json.loads(told)["age_s"]) < self.membership.lease_s / 2
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
            return None

    async def _tell(self) -> web.Response:
        return web.json_response({"age_s": self.membership.lease_age_s})
