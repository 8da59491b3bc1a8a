"""Routes as rows."""

from datetime import time
from decimal import Decimal

import pytest

from engine.errors import InvalidField, NoRoute, TrunkRouted
from engine.model.route import TimeOfWeek, Weekday
from engine.model.trunk import new_trunk
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.routes import Routes
from engine.store.trunks import Trunks

PEPPER = b"p" * 32


@pytest.fixture
async def trunks(db: Database) -> Trunks:
    trunks = Trunks(db, PEPPER)
    for name in ("a", "b"):
        await trunks.add(new_trunk({"name": name, "hosts": [f"{name}.example"]}))
    return trunks


@pytest.fixture
def routes(db: Database, trunks: Trunks) -> Routes:
    return Routes(db)


async def test_a_route_comes_back_as_it_was(routes: Routes, db: Database) -> None:
    account = await Accounts(db, PEPPER).ensure("demo")
    times = TimeOfWeek("Europe/Brussels", frozenset({Weekday.SATURDAY}), time(9), time(17, 30))
    chosen = {"called_prefix": "+32", "caller_prefix": "+49", "times": times, "priority": 3, "weight": 0,
              "cost": Decimal("0.0125")}  # fmt: skip

    added = await routes.add("a", account.id, chosen)
    plain = await routes.add("b", None, {})

    assert await routes.all() == [added, plain]
    assert await routes.get(added.id) == added
    assert (added.account_id, added.times, added.cost) == (account.id, times, Decimal("0.0125"))


async def test_added_and_removed_routes_change_the_identifiers(routes: Routes) -> None:
    first = await routes.add("a", None, {})
    second = await routes.add("a", None, {"called_prefix": "+49"})
    assert await routes.ids() == {first.id, second.id}

    await routes.remove(first.id)

    assert await routes.ids() == {second.id}
    with pytest.raises(NoRoute, match="telefoon routes list"):
        await routes.get(first.id)
    with pytest.raises(NoRoute):
        await routes.remove(first.id)


async def test_a_route_to_no_trunk_is_refused(routes: Routes) -> None:
    with pytest.raises(InvalidField, match="no trunk c"):
        await routes.add("c", None, {})

    assert await routes.all() == []


async def test_a_trunk_stays_while_routes_lead_to_it(routes: Routes, trunks: Trunks) -> None:
    route = await routes.add("a", None, {})

    with pytest.raises(TrunkRouted, match=route.id):
        await trunks.remove("a")

    await routes.remove(route.id)
    await trunks.remove("a")
    assert [each.trunk.name for each in await trunks.all()] == ["b"]
