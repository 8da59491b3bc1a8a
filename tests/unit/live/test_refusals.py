"""Refused calls are gathered and written once a second, and a flood of them is one write of a few rows."""

from collections.abc import Sequence

import pytest

from engine.errors import StoreError
from engine.live.admission.refusals import MOST_ALIKE, Refusals
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.testing.clock import SimulatedClock
from engine.testing.node import FakeNode

CARRIER = "198.51.100.7:5060"
CALLED = "+3225550177"


class Rows:
    """Keeps each write, unless it fails."""

    def __init__(self) -> None:
        self.writes: list[Sequence[RefusedCalls]] = []
        self.failing = False

    async def add(self, gathered: Sequence[RefusedCalls]) -> None:
        if self.failing:
            raise StoreError("locked")
        self.writes.append(gathered)


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def refusals(rows: Rows) -> Refusals:
    return Refusals(rows, SimulatedClock())


async def test_what_is_refused_alike_is_counted_whatever_port_it_came_from(refusals: Refusals, rows: Rows) -> None:
    refusals.refused(RefusalRule.NUMBER, CARRIER, CALLED)
    refusals.refused(RefusalRule.NUMBER, "198.51.100.7:9999", CALLED)
    refusals.refused(RefusalRule.SOURCE, "[2001:db8::1]:5060", CALLED)

    await refusals.write()

    (written,) = rows.writes
    assert [(each.kind, each.count) for each in written] == [
        (RefusalKind("198.51.100.7", RefusalRule.NUMBER, CALLED), 2),
        (RefusalKind("2001:db8::1", RefusalRule.SOURCE, CALLED), 1),
    ]


async def test_a_flood_is_one_write_of_few_rows_in_which_none_is_missing(refusals: Refusals, rows: Rows) -> None:
    for i in range(10_000):
        refusals.refused(RefusalRule.SOURCE, f"203.0.113.{i % 250}:5060", f"00{i}")

    await refusals.write()
    await refusals.write()

    (written,) = rows.writes
    assert sum(each.count for each in written) == 10_000
    assert len(written) <= MOST_ALIKE + 1


async def test_what_cant_be_written_is_written_the_next_time(refusals: Refusals, rows: Rows) -> None:
    refusals.refused(RefusalRule.LIMIT, CARRIER)
    rows.failing = True
    await refusals.write()
    refusals.refused(RefusalRule.LIMIT, CARRIER)
    rows.failing = False

    await refusals.write()

    ((written,),) = rows.writes
    assert written.count == 2


async def test_a_call_to_no_number_of_ours_is_noted(node: FakeNode) -> None:
    node.around.carrier.brings(CALLED, "+3225550188", node.switchboard)
    await node.passes(1)
    await node.services.refusals.write()

    (refusal,) = await node.services.stores.refusals.newest(10)
    assert (refusal.kind.rule, refusal.kind.number) == (RefusalRule.NUMBER, CALLED)
