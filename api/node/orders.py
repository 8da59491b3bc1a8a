"""Orders from one node to another over HTTP: `POST /inside/orders`, which only nodes of one database may send."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import aiohttp
import structlog
from aiohttp import hdrs, web

from api.http.forwarding import Forwarding
from api.node.inside_page import for_nodes_alone, signed
from engine.errors import NodeUnreachable, TelefoonError
from engine.model.node import Node
from engine.ports.nodes import NodeOrder
from engine.security.inside_requests import Asked

ORDERS_PATH: Final = "/inside/orders"
TOLD_S: Final = 1.0
"""Within which a node answers, or is taken for one that does not."""

log = structlog.get_logger(__name__)

Obey = Callable[[NodeOrder], Awaitable[NodeOrder]]


async def send_order(way: Forwarding, node: Node, order: NodeOrder) -> NodeOrder:
    """Have another node do something; its answer. Raises NodeUnreachable."""
    body = json.dumps(order).encode()
    by_us = signed(way, node, Asked(hdrs.METH_POST, ORDERS_PATH, body))
    headers = {**by_us, hdrs.CONTENT_TYPE: "application/json"}
    try:
        async with (
            asyncio.timeout(TOLD_S),
            way.client.post(f"{node.rest_url}{ORDERS_PATH}", data=body, headers=headers) as response,
        ):
            if response.status != HTTPStatus.OK:
                raise NodeUnreachable(f"{node.name} answers {response.status} at {node.rest_url}.")
            answer: NodeOrder = await response.json()
            return answer
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise NodeUnreachable(f"{node.name} does not answer at {node.rest_url}: {error!r}.") from None


def add_orders(app: web.Application, way: Forwarding, obey: Obey) -> None:
    """Have an application take orders of other nodes; anybody else finds no such page."""

    async def take(body: bytes) -> web.Response:
        try:
            return web.json_response(await obey(json.loads(body)))
        except TelefoonError as error:
            log.warning("order_failed", reason=str(error))
            return web.json_response({"error": str(error)})

    app.router.add_post(ORDERS_PATH, for_nodes_alone(way, take))
