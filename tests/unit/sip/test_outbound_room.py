"""Room on trunks for calls that go out: kept when a call is ordered, taken when it is dialled, freed at its end."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TrunksFull
from engine.model.call import Direction
from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest, LegId
from sip.trunks.choice import Way
from sip.trunks.loads import TrunkLoads
from sip.trunks.outbound_room import OutboundRoom, TrunkFull

FIRST, SECOND = (new_trunk({"name": name, "hosts": [name], "max_calls_out": 1}) for name in ("first", "second"))
WAYS = [Way(f"sip:x@{trunk.name}", "", trunk) for trunk in (FIRST, SECOND)]


@pytest.fixture
def loads() -> TrunkLoads:
    return loads_of([FIRST, SECOND])


@pytest.fixture
def room(loads: TrunkLoads) -> OutboundRoom:
    return OutboundRoom(loads)


def loads_of(trunks: Sequence[Trunk]) -> TrunkLoads:
    loads = TrunkLoads(Direction.OUTBOUND, lambda: 0.0)
    loads.use(trunks)
    return loads


def a_call(number: int) -> DialRequest:
    return DialRequest("+3225550199", "+3225550100", f"CA{number}", account_id="account")


def test_room_is_kept_on_the_first_trunk_that_has_any(room: OutboundRoom, loads: TrunkLoads) -> None:
    room.keep(a_call(1), WAYS)
    room.keep(a_call(2), WAYS)

    assert loads.full() == {"first", "second"}
    with pytest.raises(TrunksFull, match=r"first is full.*second is full") as refused:
        room.keep(a_call(3), WAYS)
    assert refused.value.again_after_s == 10


def test_an_emergency_call_goes_out_by_a_trunk_that_is_full_and_counts(room: OutboundRoom, loads: TrunkLoads) -> None:
    room.keep(a_call(1), WAYS[:1])
    emergency = replace(a_call(2), emergency=True)

    room.keep(emergency, WAYS[:1])
    room.take(LegId(1), WAYS[0], emergency)

    assert loads.calls_now() == {"first": 2}


def test_a_call_takes_the_room_that_is_kept_for_it_until_its_leg_has_left(
    room: OutboundRoom, loads: TrunkLoads
) -> None:
    room.keep(a_call(1), WAYS)

    room.take(LegId(1), WAYS[0], a_call(1))
    room.give_up("CA1")
    assert loads.calls_now() == {"first": 1}

    room.leave(LegId(1))
    room.leave(LegId(1))
    assert loads.calls_now() == {}


def test_a_call_that_is_not_dialled_gives_its_room_up(room: OutboundRoom, loads: TrunkLoads) -> None:
    room.keep(a_call(1), WAYS)

    for _ in range(2):
        room.give_up("CA1")

    assert loads.calls_now() == {}


def test_a_full_trunk_takes_no_call_for_which_it_has_kept_no_room(room: OutboundRoom) -> None:
    room.keep(a_call(1), WAYS)

    with pytest.raises(TrunkFull, match="Trunk first is full: no more calls at once"):
        room.take(LegId(2), WAYS[0], a_call(2))


def test_a_call_to_a_sip_address_needs_no_room(room: OutboundRoom, loads: TrunkLoads) -> None:
    way = Way("sip:desk@10.0.0.1", "SIP URI")
    room.keep(a_call(1), [way])

    room.take(LegId(1), way, a_call(1))
    room.leave(LegId(1))

    assert loads.calls_now() == {}


@given(st.lists(st.tuples(st.sampled_from(["keep", "take", "give up", "leave"]), st.integers(0, 3), st.integers(0, 1))))
def test_whatever_happens_no_trunk_carries_more_than_it_may_and_all_room_is_freed_in_the_end(
    steps: list[tuple[str, int, int]],
) -> None:
    loads = loads_of([FIRST, SECOND])
    room = OutboundRoom(loads)
    on_their_way: set[int] = set()

    for step, number, way in steps:
        if step == "keep" and number not in on_their_way:
            try:
                room.keep(a_call(number), WAYS)
                on_their_way.add(number)
            except TrunksFull:
                continue
        elif step == "take":
            try:
                room.leave(LegId(number))
                room.take(LegId(number), WAYS[way], a_call(number))
            except TrunkFull:
                continue
        elif step == "give up":
            room.give_up(f"CA{number}")
        elif step == "leave":
            room.leave(LegId(number))
        assert all(count <= 1 for count in loads.calls_now().values())

    for number in range(4):
        room.give_up(f"CA{number}")
        room.leave(LegId(number))
    assert loads.calls_now() == {}
