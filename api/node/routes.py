"""The routes of a node: each that is added or removed reaches the user agent."""

from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from engine.errors import TelefoonError
from engine.model.route import TrunkRoute
from engine.ports import Clock
from engine.store.routes import Routes

LOOK_S: Final = 1.0
"""How often rows are asked whether any has come or gone."""

log = structlog.get_logger(__name__)


class UsesRoutes(Protocol):
    """Whoever chooses trunks by routes: the user agent."""

    def use_routes(self, routes: Sequence[TrunkRoute]) -> None: ...


class RouteWatch:
    """Looks each second whether a row has come or gone; calls in progress go on."""

    def __init__(self, rows: Routes, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._known: frozenset[str] = frozenset()

    async def run(self, agent: UsesRoutes) -> None:
        """Look once a second, for as long as the node runs."""
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                await self.look(agent)
            except TelefoonError as error:
                log.warning("routes_not_read", reason=str(error), again_in_s=LOOK_S)

    async def look(self, agent: UsesRoutes) -> None:
        """Once. Raises StoreError."""
        if await self._rows.ids() == self._known:
            return
        routes = await self._rows.all()
        agent.use_routes(routes)
        self._known = frozenset(route.id for route in routes)
        log.info("routes_in_use", routes=len(routes))
