"""Shares of limits as rows: nodes that settle at once never hold more than there is, and what a node held goes on."""

import asyncio

import pytest

from engine.model.call import Direction
from engine.routing.trunk_shares import LimitInUse, NodeUse, SharedLimit, ShareOf
from engine.store.database import Database
from engine.store.trunk_shares import TrunkShares

CALLS = ShareOf("carrier", Direction.OUTBOUND, SharedLimit.CALLS)
SET_UPS = ShareOf("carrier", Direction.INBOUND, SharedLimit.SET_UPS)


def limit(most: int, keeps_to: int = 0, used: int = 0) -> LimitInUse:
    return LimitInUse(most, keeps_to, NodeUse(used))


@pytest.fixture
def shares(db: Database) -> TrunkShares:
    return TrunkShares(db)


async def test_nodes_that_settle_at_once_hold_no_more_than_there_is(shares: TrunkShares) -> None:
    names = [f"node-{number}" for number in range(6)]

    first = await asyncio.gather(*(shares.settle(name, {CALLS: limit(10), SET_UPS: limit(4)}) for name in names))

    assert sum(each[CALLS] for each in first) == 10
    assert sum(each[SET_UPS] for each in first) == 4


async def test_what_a_node_gives_up_is_anothers_once_it_has_kept_to_less(shares: TrunkShares) -> None:
    assert await shares.settle("a", {CALLS: limit(10)}) == {CALLS: 10}
    assert await shares.settle("b", {CALLS: limit(10)}) == {CALLS: 0}

    assert await shares.settle("a", {CALLS: limit(10, keeps_to=10)}) == {CALLS: 5}
    assert await shares.settle("b", {CALLS: limit(10)}) == {CALLS: 0}, "a may have begun more until just now"
    assert await shares.settle("a", {CALLS: limit(10, keeps_to=5)}) == {CALLS: 5}
    assert await shares.settle("b", {CALLS: limit(10)}) == {CALLS: 5}


async def test_what_a_node_held_that_is_gone_is_for_others(shares: TrunkShares) -> None:
    await shares.settle("a", {CALLS: limit(10)})

    await shares.give_back("a")

    assert await shares.settle("b", {CALLS: limit(10)}) == {CALLS: 10}


async def test_a_trunk_without_limits_has_no_rows(shares: TrunkShares) -> None:
    await shares.settle("a", {CALLS: limit(10)})

    assert await shares.settle("a", {}) == {}

    assert await shares.settle("b", {CALLS: limit(10)}) == {CALLS: 10}
