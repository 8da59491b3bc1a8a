"""What trunks carry in one direction: limits that change while calls go on, and calls by trunks that are gone."""

from typing import Any

from engine.model.call import Direction
from engine.model.trunk import Trunk, new_trunk
from engine.routing.capacity import CapacityLimit, CapacityRefusal
from engine.routing.trunk_shares import LimitInUse, NodeUse, SharedLimit, ShareOf
from sip.trunks.loads import TrunkLoads


def a_trunk(**fields: Any) -> Trunk:
    return new_trunk({"name": "a", "hosts": ["a.example"], **fields})


def loads_of(trunk: Trunk, direction: Direction = Direction.OUTBOUND) -> TrunkLoads:
    loads = TrunkLoads(direction, lambda: 7.0)
    loads.use([trunk])
    return loads


def test_each_direction_has_limits_of_its_own() -> None:
    trunk = a_trunk(max_calls_out=1, max_cps_in=1)
    out, into = loads_of(trunk), loads_of(trunk, Direction.INBOUND)
    for loads in (out, into):
        loads.begin("a")

    assert out.refusal("a") == CapacityRefusal(CapacityLimit.CALLS)
    assert into.refusal("a") == CapacityRefusal(CapacityLimit.SET_UPS)


def test_a_trunk_without_limits_is_counted_and_never_full() -> None:
    loads = loads_of(a_trunk())
    for _ in range(100):
        loads.begin("a", "account")

    assert loads.refusal("a", "account") is None
    assert loads.calls_now() == {"a": 100}
    assert loads.full() == frozenset()


def test_a_limit_that_is_set_counts_the_calls_in_progress() -> None:
    loads = loads_of(a_trunk())
    loads.begin("a", "account")

    loads.use([a_trunk(max_calls_out=1)])

    assert loads.full() == {"a"}
    loads.end("a", "account")
    assert loads.refusal("a", "account") is None


def test_the_calls_of_a_trunk_that_is_gone_end_as_others_do() -> None:
    loads = loads_of(a_trunk())
    loads.begin("a", "account")
    loads.use([])

    loads.end("a", "account")
    loads.use([])

    assert loads.calls_now() == {}


CALLS = ShareOf("a", Direction.OUTBOUND, SharedLimit.CALLS)
SET_UPS = ShareOf("a", Direction.OUTBOUND, SharedLimit.SET_UPS)


def test_a_node_keeps_to_its_share_of_a_limit_and_tells_what_it_uses_and_wants() -> None:
    loads = loads_of(a_trunk(max_calls_out=5, max_cps_out=9))
    loads.share({CALLS: 1, SET_UPS: 9})
    loads.begin("a", "account")

    assert loads.refusal("a", "account") == CapacityRefusal(CapacityLimit.CALLS)
    assert loads.in_use() == {
        CALLS: LimitInUse(5, 1, NodeUse(1, wants=True)),
        SET_UPS: LimitInUse(9, 9, NodeUse(1)),
    }
    loads.share({CALLS: 2, SET_UPS: 9})
    assert loads.refusal("a", "account") is None


def test_a_node_without_a_share_lets_nothing_begin_and_a_trunk_without_limits_is_shared_with_nobody() -> None:
    limited, free = loads_of(a_trunk(max_calls_out=5)), loads_of(a_trunk())
    for loads in (limited, free):
        loads.share({})

    assert limited.refusal("a", "account") == CapacityRefusal(CapacityLimit.CALLS)
    assert limited.full() == frozenset()
    assert free.refusal("a", "account") is None
    assert free.in_use() == {}


def test_a_limit_that_is_set_later_is_not_used_before_it_is_shared() -> None:
    loads = loads_of(a_trunk())
    loads.share({})

    loads.use([a_trunk(max_calls_out=3)])

    assert loads.refusal("a", "account") == CapacityRefusal(CapacityLimit.CALLS)
    assert loads.in_use() == {CALLS: LimitInUse(3, 0, NodeUse(0, wants=True))}
