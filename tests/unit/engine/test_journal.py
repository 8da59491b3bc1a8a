import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.node.clock import SystemClock
from engine.errors import StoreError
from engine.ids import IdKind, new_id
from engine.live.session.journal import Journal, Ledger
from engine.model.call import Attempt, Call, Direction, Event, Status
from engine.model.call_options import STANDARD, CallOptions
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.outbox import Outbox
from tests.peers.databases import migrated_sqlite
from tests.peers.waiting import within


class FailingCalls(Calls):
    """The real table behind a connection that can be cut."""

    cut = False
    written = 0

    async def write(self, jobs: Sequence[Job[Any]]) -> None:
        self._check()
        self.written += 1
        await super().write(jobs)

    def _check(self) -> None:
        if self.cut:
            raise StoreError("The database does not answer.")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield database
    await database.close()


@pytest.fixture
def calls(database: Database) -> FailingCalls:
    return FailingCalls(database)


async def opened(
    database: Database, calls: Calls, status_callback: str | None, wake_courier: Callable[[], None] = lambda: None
) -> Journal:
    account = await Accounts(database, b"pepper").ensure("demo")
    call = Call(
        id=new_id(IdKind.CALL),
        account_id=account.id,
        direction=Direction.OUTBOUND,
        from_="+3225550100",
        to="+3225550199",
        status=Status.QUEUED,
        start_time=SystemClock().now(),
        node="node-1",
        options=CallOptions(status_callback=status_callback).over(STANDARD),
    )
    journal = Journal(call, Ledger(calls, SystemClock(), lambda _: Decimal("0.0100"), wake_courier))
    await journal.open()
    return journal


@pytest.fixture
async def journal(database: Database, calls: FailingCalls) -> Journal:
    return await opened(database, calls, "https://customer.example/status")


async def test_a_call_is_stored_with_all_that_happened_when_its_journal_closes(
    journal: Journal, calls: FailingCalls
) -> None:
    async with journal.writing():
        journal.happened(Event.ALERTED)
        journal.happened(Event.ANSWERED)
        journal.note_event("said", text="Hallo")
        journal.happened(Event.HUNG_UP, sip_code=200)

    stored = await calls.get(journal.call.id)
    assert stored == journal.call
    assert stored is not None
    assert (stored.status, stored.price) == (Status.COMPLETED, Decimal("0.0100"))
    told = [(event.kind, event.facts) for event in await calls.events(stored.id)]
    assert told == [
        ("status", {"status": "ringing"}),
        ("status", {"status": "in-progress"}),
        ("said", {"text": "Hallo"}),
        ("status", {"status": "completed", "sip_code": 200}),
    ]


async def test_that_it_rings_is_stored_with_the_answer_that_follows_at_once(
    database: Database, calls: FailingCalls
) -> None:
    journal = await opened(database, calls, None)
    async with journal.writing():
        journal.happened(Event.ALERTED)
        await asyncio.sleep(0)
        journal.happened(Event.ANSWERED)
        await journal.stored()

        assert calls.written == 1
        stored = await calls.get(journal.call.id)
        assert stored is not None
        assert stored.status is Status.IN_PROGRESS


@pytest.mark.parametrize(("status_callback", "woken"), [(None, 0), ("https://customer.example/status", 4)])
async def test_the_courier_is_woken_for_each_callback_and_for_nothing_else(
    database: Database, calls: FailingCalls, status_callback: str | None, woken: int
) -> None:
    wakes: list[None] = []
    journal = await opened(database, calls, status_callback, lambda: wakes.append(None))

    async with journal.writing():
        for event in (Event.ALERTED, Event.ANSWERED, Event.HUNG_UP):
            journal.happened(event)

    assert len(wakes) == woken


async def test_who_wants_to_read_what_happened_waits_for_nothing_more_to_come(
    journal: Journal, calls: FailingCalls
) -> None:
    async with journal.writing():
        journal.note_event("said", text="Hallo")
        await journal.stored()

        assert [event.kind for event in await calls.events(journal.call.id)] == ["said"]


class SetBack(SystemClock):
    """A clock that somebody sets back by an hour."""

    def __init__(self) -> None:
        self.back = timedelta(0)

    def now(self) -> datetime:
        return super().now() - self.back


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_is_set_changes_no_duration(journal: Journal, calls: FailingCalls, back: timedelta) -> None:
    clock = SetBack()
    journal = Journal(journal.call, Ledger(calls, clock, lambda call: Decimal(call.duration), lambda: None))
    async with journal.writing():
        journal.happened(Event.ALERTED)
        journal.happened(Event.ANSWERED)
        clock.back = back
        await asyncio.sleep(0.3)
        journal.happened(Event.HUNG_UP)

    assert (journal.call.duration, journal.call.price) == (1, Decimal(1))


async def test_begin_and_end_of_a_call_are_in_the_log(journal: Journal) -> None:
    with capture_logs() as lines:
        async with journal.writing():
            journal.carried_by("trunk sip.carrier.example")
            journal.tried(Attempt("trunk sip.carrier.example", journal.call.to, "503 No circuits", 503, "No circuits"))
            journal.happened(Event.BROKE, sip_code=503, sip_reason="No circuits")

    (ended,) = (line for line in lines if line["event"] == "call_ended")
    told = {name: ended[name] for name in ("status", "seconds", "via", "sip_code", "why")}
    assert told == {
        "status": "failed", "seconds": 0, "via": "trunk sip.carrier.example", "sip_code": 503, "why": "503 No circuits",
    }  # fmt: skip
    assert ended["call_id"] == journal.call.id


async def test_a_failing_database_does_not_hold_up_the_call_and_loses_nothing(
    journal: Journal, calls: FailingCalls, database: Database
) -> None:
    async with journal.writing():
        calls.cut = True
        journal.happened(Event.ALERTED)
        journal.happened(Event.ANSWERED)
        await asyncio.sleep(0.05)
        assert journal.call.status is Status.IN_PROGRESS
        calls.cut = False

    stored = await calls.get(journal.call.id)
    assert stored is not None
    assert stored.status is Status.IN_PROGRESS
    outbox = Outbox(database, "node-1")
    told = []
    while due := await outbox.due(SystemClock().now(), 10):
        told += [each.form["CallStatus"] for each in due]
        await outbox.delivered(due[0].id, SystemClock().now())
    assert told == ["queued", "ringing", "in-progress"]


async def test_what_no_database_can_hold_is_left_and_the_end_is_stored(journal: Journal, calls: FailingCalls) -> None:
    async with within(5), journal.writing():
        journal.note_event("said", text="caf\udce9")
        journal.note_event("counted", number=2**70)
        journal.happened(Event.ALERTED, sip_reason="Occup\udce9")
        journal.happened(Event.HUNG_UP, sip_code=200)

    stored = await calls.get(journal.call.id)
    assert stored is not None
    assert stored.ended


async def test_what_nobody_foresaw_is_told_with_its_call_and_the_end_is_stored(
    journal: Journal, calls: FailingCalls
) -> None:
    def surprising(_: object) -> None:
        raise TypeError("None has no length")

    with capture_logs() as lines:
        async with within(5), journal.writing():
            journal.keep(surprising)
            journal.happened(Event.HUNG_UP, sip_code=200)

    stored = await calls.get(journal.call.id)
    assert stored is not None
    assert stored.ended
    assert journal.stepped_over == 1
    assert [line["call_id"] for line in lines if line["event"] == "storing_crashed"] == [journal.call.id]


async def test_a_call_whose_change_breaks_off_is_stored_by_who_closes_it(journal: Journal, calls: FailingCalls) -> None:
    calls.cut = True
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05), journal.writing():
            journal.happened(Event.HUNG_UP, sip_code=200)
    calls.cut = False

    async with within(5), journal.writing():
        pass

    stored = await calls.get(journal.call.id)
    assert stored is not None
    assert stored.ended
