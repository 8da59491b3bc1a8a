"""What is to be stored: in order, and true again after the database has failed."""

import asyncio

from engine.aio.ordered_writer import Change
from engine.errors import StoreError
from engine.live.session.backlog import Backlog
from engine.testing.clock import SimulatedClock
from tests.peers.waiting import within


class Store:
    """Fails while it is not well."""

    def __init__(self) -> None:
        self.well = True
        self.stored: list[str] = []

    def change(self, name: str) -> Change:
        async def write() -> None:
            if not self.well:
                raise StoreError("the disk is full")
            self.stored.append(name)

        return write


async def test_what_is_written_while_all_is_well_is_stored_when_it_returns() -> None:
    store, backlog = Store(), Backlog(SimulatedClock())

    await backlog.write(store.change("join"))

    assert store.stored == ["join"]


async def test_what_failed_is_stored_later_before_what_came_after_it() -> None:
    store, backlog = Store(), Backlog(SimulatedClock())
    store.well = False
    await backlog.write(store.change("first joins"))
    await backlog.write(store.change("second joins"))
    assert store.stored == []

    store.well = True

    async with within(5):
        while len(store.stored) < 2:
            await asyncio.sleep(0.05)

    assert store.stored == ["first joins", "second joins"]


async def test_a_database_that_does_not_answer_holds_nobody_up_for_long() -> None:
    backlog = Backlog(SimulatedClock())
    answers = asyncio.Event()
    stored = []

    async def slow() -> None:
        await answers.wait()
        stored.append("join")

    async with within(2):
        await backlog.write(slow)
    assert stored == []

    answers.set()
    await asyncio.sleep(0.01)
    assert stored == ["join"]


async def test_what_nobody_foresaw_stops_nothing_that_comes_after_it() -> None:
    store, backlog = Store(), Backlog(SimulatedClock())

    async def surprising() -> None:
        raise TypeError("None has no length")

    await backlog.write(surprising)
    await backlog.write(store.change("join"))

    assert store.stored == ["join"]
    assert backlog.stepped_over == 1
