"""What has changed of trunks is kept in its order, a page at a time, until it is old."""

from datetime import timedelta

import pytest

from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.trunk_events import TrunkEvents
from tests.unit.store.samples import NOON


@pytest.fixture
def events(db: Database) -> TrunkEvents:
    return TrunkEvents(db)


def a_change(minute: int, kind: TrunkEventKind = TrunkEventKind.SILENT, trunk: str = "carrier-a") -> TrunkChange:
    return TrunkChange(trunk, TrunkEvent(NOON + timedelta(minutes=minute), kind, f"host-{minute}"))


async def test_each_kind_is_told_with_its_node_and_detail(events: TrunkEvents) -> None:
    await events.add("node-1", [a_change(minute, kind) for minute, kind in enumerate(TrunkEventKind)])

    found, total = await events.of_trunk("carrier-a")

    assert [each.kind for each in reversed(found)] == list(TrunkEventKind)
    assert total == len(TrunkEventKind)
    assert (found[-1].node, found[-1].detail, found[-1].at) == ("node-1", "host-0", NOON)


async def test_the_newest_come_first_and_those_of_other_trunks_not_at_all(events: TrunkEvents) -> None:
    await events.add("node-1", [a_change(0), a_change(1, trunk="carrier-b"), a_change(2)])

    found, total = await events.of_trunk("carrier-a")

    assert ([each.detail for each in found], total) == (["host-2", "host-0"], 2)


async def test_a_place_goes_on_behind_it_though_there_are_new_ones(events: TrunkEvents) -> None:
    await events.add("node-1", [a_change(minute) for minute in range(4)])
    first, _ = await events.of_trunk("carrier-a", page_size=2)
    await events.add("node-1", [a_change(9)])

    rest, _ = await events.of_trunk("carrier-a", place=PageCursor(first[-1].at, first[-1].id))

    assert [each.detail for each in (*first, *rest)] == ["host-3", "host-2", "host-1", "host-0"]


async def test_what_is_old_is_counted_and_removed(events: TrunkEvents) -> None:
    await events.add("node-1", [a_change(0), a_change(5)])
    before = NOON + timedelta(minutes=1)

    assert await events.count_before(before) == await events.remove_before(before) == 1
    assert [each.detail for each in (await events.of_trunk("carrier-a"))[0]] == ["host-5"]
