"""A call's changes are stored in their order and few transactions, whatever one of them or the database does."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.errors import StoreError, Unstorable
from engine.live.session.call_changes import CallChanges
from engine.store.calls import Calls
from engine.store.connections import Job
from engine.store.database import GATHER_S
from engine.testing.clock import SimulatedClock, SkippingLoop

T = TypeVar("T")
Failures = Sequence[type[Exception]]


class Transactions:
    """Takes jobs as a database does: all of a transaction, or none."""

    def __init__(self) -> None:
        self.committed: list[list[str]] = []
        self.at_s: list[float] = []
        self._open: list[str] = []

    async def invitation(self, wanted: Signal) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                await wanted.wait()

    async def write(self, jobs: Sequence[Job[Any]]) -> None:
        await asyncio.sleep(0)
        self._open = []
        for job in jobs:
            job(cast(Any, None))
        self.committed.append(self._open)
        self.at_s.append(asyncio.get_running_loop().time())

    def job(self, name: str, *failures: type[Exception]) -> Job[None]:
        """Meets the failures, one a try, before it is stored."""
        ahead = list(failures)

        def store(_: object) -> None:
            if ahead:
                raise ahead.pop(0)(name)
            self._open.append(name)

        return store


@pytest.fixture(name="store")
def make_store() -> Transactions:
    return Transactions()


@pytest.fixture(name="changes")
def make_changes(store: Transactions) -> CallChanges:
    return CallChanges(SimulatedClock(), cast(Calls, store))


def simulated(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)


def add(changes: CallChanges, job: Job[None], *, now: bool = False) -> None:
    changes.add(lambda: job, lambda: None, call_id="CA1", now=now)


async def written(changes: CallChanges) -> None:
    writing = started(changes.run())
    await changes.wait_until_written()
    await stopped(writing)


def test_what_comes_within_a_moment_shares_a_transaction(store: Transactions, changes: CallChanges) -> None:
    async def talk() -> None:
        writing = started(changes.run())
        for name in ("said", "digit", "digit"):
            add(changes, store.job(name))
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        await stopped(writing)

    simulated(talk())

    assert store.committed == [["said", "digit", "digit"]]
    assert store.at_s == pytest.approx([0.05], abs=0.01)


def test_a_status_waits_for_nothing_and_takes_along_what_waits(store: Transactions, changes: CallChanges) -> None:
    async def talk() -> None:
        writing = started(changes.run())
        add(changes, store.job("said"))
        await asyncio.sleep(0.01)
        add(changes, store.job("status"), now=True)
        await asyncio.sleep(1)
        await stopped(writing)

    simulated(talk())

    assert store.committed == [["said", "status"]]
    assert store.at_s == pytest.approx([0.01])


def test_what_follows_a_change_follows_once_it_is_stored(store: Transactions, changes: CallChanges) -> None:
    followed: list[list[list[str]]] = []
    job = store.job("status", StoreError)
    changes.add(lambda: job, lambda: followed.append(store.committed[:]), call_id="CA1", now=True)

    simulated(written(changes))

    assert followed == [[["status"]]]


def test_a_job_is_made_when_it_is_to_be_stored(store: Transactions, changes: CallChanges) -> None:
    known = ["before"]

    async def talk() -> None:
        changes.add(lambda: store.job(known[-1]), lambda: None, call_id="CA1", now=False)
        known.append("after")
        await written(changes)

    simulated(talk())

    assert store.committed == [["after"]]


def test_one_that_can_not_be_stored_is_left_out_and_those_with_it_are_stored(
    store: Transactions, changes: CallChanges
) -> None:
    for name, failures in (("said", []), ("surrogate", [Unstorable] * 2), ("surprise", [TypeError] * 2), ("end", [])):
        add(changes, store.job(name, *failures))

    simulated(written(changes))

    assert [name for each in store.committed for name in each] == ["said", "end"]
    assert changes.stepped_over == 2


def test_more_than_a_transaction_takes_goes_in_several(store: Transactions, changes: CallChanges) -> None:
    names = [str(number) for number in range(100)]
    for name in names:
        add(changes, store.job(name))

    simulated(written(changes))

    assert [name for each in store.committed for name in each] == names
    assert len(store.committed) == 4


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from([StoreError, TypeError, Unstorable]), max_size=3), st.booleans()), max_size=8
    )
)
def test_each_is_stored_once_and_in_order_or_stepped_over(asked: list[tuple[Failures, bool]]) -> None:
    store = Transactions()
    changes = CallChanges(SimulatedClock(), cast(Calls, store))
    for number, (failures, now) in enumerate(asked):
        add(changes, store.job(str(number), *failures), now=now)

    with capture_logs():
        simulated(written(changes))

    stored = [int(name) for each in store.committed for name in each]
    assert stored == sorted(set(stored))
    assert len(stored) + changes.stepped_over == len(asked)
    assert set(stored) >= {number for number, (failures, _) in enumerate(asked) if set(failures) <= {StoreError}}
