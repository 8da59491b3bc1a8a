"""The routes of a node: each that is added or removed reaches the user agent."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import structlog

from api.node.rows_watched import keep_looking
from engine.aio.change_notifier import ChangeNotifier
from engine.model.route import TrunkRoute
from engine.store.routes import Routes

log = structlog.get_logger(__name__)


class UsesRoutes(Protocol):
    """Whoever chooses trunks by routes: the user agent."""

    def use_routes(self, routes: Sequence[TrunkRoute]) -> None: ...


class RouteWatch:
    """Looks again and again whether a row has come or gone; calls in progress go on."""

    def __init__(self, rows: Routes) -> None:
        self._rows = rows
        self._known: frozenset[str] = frozenset()

    async def run(self, agent: UsesRoutes, bell: ChangeNotifier) -> None:
        """Look when the bell rings, and once a second, for as long as the node runs."""
        await keep_looking(partial(self.look, agent), bell, "routes_not_read")

    async def look(self, agent: UsesRoutes) -> None:
        """Once. Raises StoreError."""
        if await self._rows.ids() == self._known:
            return
        routes = await self._rows.all()
        agent.use_routes(routes)
        self._known = frozenset(route.id for route in routes)
        log.info("routes_in_use", routes=len(routes))
