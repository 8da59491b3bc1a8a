"""What is to be stored is stored in its order, whatever fails on the way."""

import asyncio
import math
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from engine.aio.ordered_writer import Change, OrderedWriter
from engine.aio.tasks import stopped
from engine.errors import StoreError, Unstorable
from engine.testing.clock import SimulatedClock, SkippingLoop

T = TypeVar("T")


class Store:
    """Remembers what was stored, and when."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.at_s: list[float] = []

    def change(self, name: str, *failures: type[Exception]) -> Change:
        """Meets the failures, one a try, before it is stored."""
        ahead = list(failures)

        async def write() -> None:
            if ahead:
                raise ahead.pop(0)(name)
            self.stored.append(name)
            self.at_s.append(asyncio.get_running_loop().time())

        return write


def simulated(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)


def test_a_change_that_failed_is_tried_again_before_what_stands_behind_it() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    writer.add(store.change("ringing", StoreError, StoreError))
    writer.add(store.change("completed"))

    simulated(writer.drain())

    assert store.stored == ["ringing", "completed"]


def test_pauses_between_tries_grow_to_five_seconds() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    writer.add(store.change("ringing", *[StoreError] * 8))

    simulated(writer.drain())

    assert math.isclose(store.at_s[0], 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 5 + 5 + 5)


def test_what_nobody_foresaw_is_told_counted_and_stepped_over() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    writer.add(store.change("ringing", TypeError), call_id="CA1")
    writer.add(store.change("completed"), call_id="CA2")

    with capture_logs() as lines:
        simulated(writer.drain())

    assert store.stored == ["completed"]
    assert writer.stepped_over == 1
    assert [(line["event"], line["call_id"]) for line in lines] == [("storing_crashed", "CA1")]


def test_what_no_database_can_hold_is_stepped_over_at_once() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    writer.add(store.change("surrogate", Unstorable))
    writer.add(store.change("completed"))

    simulated(writer.drain())

    assert (store.stored, store.at_s, writer.stepped_over) == (["completed"], [0.0], 1)


def test_a_change_is_given_up_when_patience_ends() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock(), patience_s=3)
    writer.add(store.change("ringing", *[StoreError] * 100))
    writer.add(store.change("completed"))

    simulated(writer.drain())

    assert (store.stored, store.at_s, writer.stepped_over) == (["completed"], [3.0], 1)


def test_a_failure_is_told_with_the_call_whose_task_added_the_change() -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    with structlog.contextvars.bound_contextvars(call_id="CA1"):
        writer.add(store.change("joins", TypeError))

    with capture_logs() as lines, structlog.contextvars.bound_contextvars(call_id="CA2"):
        simulated(writer.drain())

    assert [line["call_id"] for line in lines] == ["CA1"]


def test_who_waits_is_told_when_the_change_is_settled_not_before() -> None:
    async def waits() -> tuple[bool, bool]:
        store, writer = Store(), OrderedWriter(SimulatedClock())
        settled = writer.add(store.change("ringing"))
        before = settled.is_set()
        await writer.drain()
        return before, settled.is_set()

    assert simulated(waits()) == (False, True)


def test_a_writer_that_is_stopped_amid_a_change_begins_with_it_again() -> None:
    async def begun_twice() -> list[str]:
        store, writer = Store(), OrderedWriter(SimulatedClock())
        writer.add(store.change("ringing", StoreError))
        writer.add(store.change("completed"))
        first = asyncio.create_task(writer.run())
        await asyncio.sleep(0.1)
        await stopped(first)
        second = asyncio.create_task(writer.run())
        await writer.wait_until_written()
        await stopped(second)
        return store.stored

    assert simulated(begun_twice()) == ["ringing", "completed"]


@given(st.lists(st.lists(st.sampled_from([StoreError, TypeError, Unstorable]), max_size=2), max_size=5))
def test_all_that_can_be_stored_is_stored_in_order_whatever_fails(failures: list[list[type[Exception]]]) -> None:
    store, writer = Store(), OrderedWriter(SimulatedClock())
    for number, each in enumerate(failures):
        writer.add(store.change(str(number), *each))

    with capture_logs():
        simulated(writer.drain())

    expected = [str(number) for number, each in enumerate(failures) if set(each) <= {StoreError}]
    assert store.stored == expected
    assert writer.stepped_over == len(failures) - len(expected)
