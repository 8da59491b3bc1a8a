"""What trunks cost, as rows: a change gives the trunk another version, by which running nodes learn of it."""

from decimal import Decimal

import pytest

from engine.errors import NoTrunk
from engine.model.trunk import new_trunk
from engine.store.database import Database
from engine.store.trunk_costs import TrunkCosts
from engine.store.trunks import Trunks

BELGIUM, OTHERS = {"+32": Decimal("0.012500"), "": Decimal("0.1")}, {"+49": Decimal("0.02")}


@pytest.fixture
async def trunks(db: Database) -> Trunks:
    trunks = Trunks(db, b"p" * 32)
    for name in ("a", "b"):
        await trunks.add(new_trunk({"name": name, "hosts": [f"{name}.example"]}))
    return trunks


@pytest.fixture
def costs(db: Database, trunks: Trunks) -> TrunkCosts:
    return TrunkCosts(db)


async def test_costs_come_back_as_they_were_and_others_take_their_place(costs: TrunkCosts) -> None:
    await costs.set("a", BELGIUM)
    await costs.set("b", BELGIUM)
    await costs.set("b", OTHERS)

    assert await costs.of("a") == BELGIUM
    assert await costs.all() == {"a": BELGIUM, "b": OTHERS}


async def test_a_trunk_may_be_without_costs(costs: TrunkCosts) -> None:
    await costs.set("a", BELGIUM)
    await costs.set("a", {})

    assert (await costs.of("a"), await costs.all()) == ({}, {})


async def test_a_change_of_costs_is_seen_by_the_trunks_version(costs: TrunkCosts, trunks: Trunks) -> None:
    before = await trunks.versions()

    await costs.set("a", BELGIUM)

    after = await trunks.versions()
    assert (after["a"] != before["a"], after["b"] == before["b"]) == (True, True)


async def test_the_costs_of_a_trunk_go_with_it(costs: TrunkCosts, trunks: Trunks) -> None:
    await costs.set("a", BELGIUM)

    await trunks.remove("a")

    assert await costs.all() == {}
    for asked in (costs.of("a"), costs.set("a", BELGIUM)):
        with pytest.raises(NoTrunk):
            await asked


async def test_full_trunks_are_noted_for_each_node(trunks: Trunks) -> None:
    await trunks.note_full("node-1", frozenset({"a"}))
    await trunks.note_full("node-2", frozenset({"a", "b"}))
    await trunks.note_full("node-2", frozenset({"b"}))
    assert await trunks.full() == {"a", "b"}

    await trunks.note_full("node-1", frozenset())
    assert await trunks.full() == {"b"}
