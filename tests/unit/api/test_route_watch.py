"""Routes that come and go reach the user agent."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.node.routes import RouteWatch
from engine.model.route import TrunkRoute
from engine.model.trunk import new_trunk
from engine.store.database import Database
from engine.store.stores import Stores
from tests.peers.databases import migrated_sqlite


@dataclass
class NotingAgent:
    """Notes which routes it is to use."""

    used: list[Sequence[TrunkRoute]] = field(default_factory=list)

    def use_routes(self, routes: Sequence[TrunkRoute]) -> None:
        self.used.append(routes)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    stores = Stores(database, b"p" * 32)
    await stores.trunks.add(new_trunk({"name": "a", "hosts": ["a.example"]}))
    yield stores
    await database.close()


async def test_only_a_change_is_told(stores: Stores) -> None:
    agent, watch = NotingAgent(), RouteWatch(stores.routes)
    await watch.look(agent)
    assert agent.used == [], "there are none, as before"

    route = await stores.routes.add("a", None, {"called_prefix": "+32"})
    for _ in range(2):
        await watch.look(agent)
    assert agent.used == [[route]]

    await stores.routes.remove(route.id)
    await watch.look(agent)
    assert agent.used == [[route], []]
