"""Metrics of all workers of a machine: whoever of them is asked at the port that they share tells those of all."""

import asyncio
from dataclasses import dataclass
from typing import Final

import aiohttp
import structlog
from aiohttp import hdrs, web

from api.http.forwarding import Forwarding
from api.node.inside_page import InsidePage
from api.node.metrics import MetricsText
from engine.live.nodes.membership import Membership
from engine.metrics.joined import joined
from engine.metrics.meters import CONTENT_TYPE
from engine.model.node import Node

INSIDE_PATH: Final = "/inside/metrics"
_ASK_S: Final = 5.0
"""Prometheus waits for ten."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MachineMetrics:
    """Asks the other workers of this machine, and tells them; `shared_port` is 0 where there are none."""

    own: MetricsText
    membership: Membership
    way: Forwarding
    shared_port: int

    async def text(self, request: web.Request) -> str:
        """This node's metrics, or those of all workers for who asks at the port that is of all."""
        if not self.shared_port or _port_of(request) != self.shared_port:
            return await self.own()
        others = [each for each in self.membership.others() if is_worker_beside(each.name, self.membership.name)]
        own, *told = await asyncio.gather(self.own(), *(self._metrics_of(each) for each in others))
        names = [self.membership.name, *(each.name for each in others)]
        known = {name: text for name, text in zip(names, [own, *told], strict=True) if text is not None}
        return joined(dict(sorted(known.items())))

    def add_to(self, app: web.Application) -> None:
        """Have an application tell other nodes; anybody else finds no such page."""
        self._page.add_to(app, self._tell)

    @property
    def _page(self) -> InsidePage:
        return InsidePage(INSIDE_PATH, self.way, _ASK_S)

    async def _metrics_of(self, node: Node) -> str | None:
        try:
            return await self._page.of(node)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("metrics_not_told", node=node.name, reason=str(error) or type(error).__name__)
            return None

    async def _tell(self) -> web.Response:
        return web.Response(body=(await self.own()).encode(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})


def is_worker_beside(name: str, mine: str) -> bool:
    """Whether two nodes are workers of one machine, whose names are its own with a number after it."""
    theirs, ours = (each.rpartition("-") for each in (name, mine))
    return name != mine and theirs[0] == ours[0] != "" and theirs[2].isdigit() and ours[2].isdigit()


def _port_of(request: web.Request) -> int | None:
    """The port of this machine at which a request has come."""
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address[1] if address else None
