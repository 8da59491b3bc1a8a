"""Status callbacks: in order per call, at least once, with growing pauses, and nobody waits for another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import StoreError, WebhookError
from engine.model.callback import Delivery
from engine.testing.clock import SkippingLoop
from engine.webhooks.client import WebhookClient
from engine.webhooks.delivery import (
    AT_ONCE_PER_SERVER,
    JITTER,
    LONGEST_RETRY_S,
    PATIENCE_S,
    CallbackCourier,
    retry_in_s,
    tried_for_s,
)
from tests.peers.waiting import within
from tests.unit.webhooks.server import CustomerServer

START = datetime(2026, 11, 23, tzinfo=UTC)
GOOD = "https://good.example/status"
BAD = "https://bad.example/status"


class LoopClock:
    """The clock of the running loop, simulated or not."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Row:
    id: str
    call_id: str
    url: str
    form: Mapping[str, str]
    next_at: datetime
    attempts: int = 0
    error: str = ""
    account_id: str = "AC1"
    method: str = "POST"


@dataclass
class MemoryOutbox:
    """The outbox of the store, without a database; `fails` more uses of it fail, by `error`."""

    rows: list[Row] = field(default_factory=list)
    settled: dict[str, str] = field(default_factory=dict)
    fails: int = 0
    error: type[Exception] = StoreError
    asked_for_next: int = 0

    def put(self, call_id: str, url: str, at: datetime = START) -> str:
        callback_id = f"CB{len(self.rows) + len(self.settled)}"
        sequence = sum(row.call_id == call_id for row in self.rows)
        self.rows.append(Row(callback_id, call_id, url, {"CallSid": call_id, "SequenceNumber": str(sequence)}, at))
        return callback_id

    async def due(self, now: datetime, limit: int) -> Sequence[Row]:
        self._may_fail()
        return [row for row in self._firsts() if row.next_at <= now][:limit]

    async def next_due(self) -> datetime | None:
        self.asked_for_next += 1
        return min((row.next_at for row in self._firsts()), default=None)

    async def hasten(self, latest: Sequence[datetime]) -> int:
        self._may_fail()
        at = [latest[min(row.attempts, len(latest) - 1)] for row in self.rows]
        late = sum(row.next_at > most for row, most in zip(self.rows, at, strict=True))
        self.rows = [replace(row, next_at=min(row.next_at, most)) for row, most in zip(self.rows, at, strict=True)]
        return late

    async def delivered(self, callback_id: str, at: datetime) -> None:
        self._may_fail()
        self._settle(callback_id, "delivered")

    async def given_up(self, callback_id: str, at: datetime, error: str) -> None:
        self._settle(callback_id, f"given up at {at - START}: {error}")

    async def retry(self, callback_id: str, at: datetime, error: str) -> None:
        self.rows = [
            replace(row, next_at=at, error=error, attempts=row.attempts + 1) if row.id == callback_id else row
            for row in self.rows
        ]

    def _firsts(self) -> list[Row]:
        seen: set[str] = set()
        return [row for row in self.rows if not (row.call_id in seen or seen.add(row.call_id))]  # type: ignore[func-returns-value]

    def _settle(self, callback_id: str, how: str) -> None:
        self.rows = [row for row in self.rows if row.id != callback_id]
        self.settled[callback_id] = how

    def _may_fail(self) -> None:
        if self.fails:
            self.fails -= 1
            raise self.error("the database is away")


@dataclass
class Servers:
    """What customers' servers do with each post, and what they got: (second, url, call, sequence)."""

    answers: Mapping[str, Callable[[], Awaitable[int]]] = field(default_factory=dict)
    got: list[tuple[float, str, str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def deliver(self, callback: Delivery) -> int:
        now = asyncio.get_running_loop().time()
        url = callback.url
        self.got.append((now, url, callback.form["CallSid"], callback.form["SequenceNumber"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answers.get(url)
            return await answer() if answer else 204
        finally:
            self.at_once -= 1


async def broken() -> int:
    raise WebhookError("nobody listens")


def run(
    outbox: MemoryOutbox,
    servers: Servers,
    *,
    seconds: float,
    during: Callable[[CallbackCourier], Awaitable[None]] | None = None,
) -> None:
    """Let the courier work for some simulated time."""

    async def work() -> None:
        courier = CallbackCourier(outbox, servers, LoopClock(), jitter=lambda: 0.5)
        async with running(courier):
            if during:
                await during(courier)
            await asyncio.sleep(seconds)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(work())


@asynccontextmanager
async def running(courier: CallbackCourier) -> AsyncIterator[None]:
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        assert not task.done(), task.exception()
        task.cancel()
        await asyncio.wait({task})


def test_what_is_due_is_delivered_in_order_per_call() -> None:
    outbox, servers = MemoryOutbox(), Servers()
    for call in ("CA1", "CA2"):
        for _ in range(3):
            outbox.put(call, GOOD)
    run(outbox, servers, seconds=1)
    assert outbox.rows == []
    assert [number for _, _, call, number in servers.got if call == "CA1"] == ["0", "1", "2"]
    assert [number for _, _, call, number in servers.got if call == "CA2"] == ["0", "1", "2"]
    assert len(servers.got) == 6


def test_the_outbox_is_asked_what_comes_next_only_when_nothing_is_under_way() -> None:
    outbox, servers = MemoryOutbox(), Servers()
    for _ in range(3):
        outbox.put("CA1", GOOD)

    run(outbox, servers, seconds=1)

    assert len(servers.got) == 3
    assert outbox.asked_for_next == 1


def test_what_comes_later_is_delivered_when_notified() -> None:
    outbox, servers = MemoryOutbox(), Servers()

    async def later(courier: CallbackCourier) -> None:
        await asyncio.sleep(10)
        outbox.put("CA1", GOOD)
        courier.notify()

    run(outbox, servers, seconds=1, during=later)
    assert [at for at, *_ in servers.got] == [pytest.approx(10)]


@pytest.mark.parametrize(("failed", "pause_s"), [(0, 0), (1, 1), (4, 8), (13, LONGEST_RETRY_S), (20, LONGEST_RETRY_S)])
@pytest.mark.parametrize("fails", [0, 1])
def test_what_was_put_off_by_a_clock_that_was_ahead_waits_no_longer_after_a_restart(
    failed: int, pause_s: float, fails: int
) -> None:
    outbox, servers = MemoryOutbox(), Servers()
    outbox.put("CA1", GOOD, START + timedelta(days=3))
    outbox.rows = [replace(each, attempts=failed) for each in outbox.rows]
    outbox.fails = fails

    run(outbox, servers, seconds=pause_s * (1 + JITTER) + 70)

    assert outbox.rows == []


def test_what_is_put_off_as_it_should_be_stays_so_after_a_restart() -> None:
    outbox, servers = MemoryOutbox(), Servers()
    outbox.put("CA1", GOOD, START + timedelta(seconds=7))
    outbox.rows = [replace(each, attempts=4) for each in outbox.rows]

    run(outbox, servers, seconds=20)

    assert [at for at, *_ in servers.got] == [pytest.approx(7)]


def test_a_failure_is_tried_again_with_growing_pauses_and_the_next_one_waits() -> None:
    failures = iter([500, 404, 302])

    async def recovers() -> int:
        return next(failures, 200)

    outbox, servers = MemoryOutbox(), Servers({GOOD: recovers})
    outbox.put("CA1", GOOD)
    outbox.put("CA1", GOOD)
    run(outbox, servers, seconds=60)
    assert [number for *_, number in servers.got] == ["0", "0", "0", "0", "1"]
    assert [at for at, *_ in servers.got] == [pytest.approx(at, abs=1.1) for at in (0, 1, 3, 7, 7)]
    assert outbox.rows == []


def test_the_reason_of_a_failure_is_kept() -> None:
    async def refuses() -> int:
        return 500

    outbox = MemoryOutbox()
    outbox.put("CA1", BAD)
    outbox.put("CA2", GOOD)
    run(outbox, Servers({BAD: broken, GOOD: refuses}), seconds=0.5)
    assert {row.error for row in outbox.rows} == {"nobody listens", "The server answered 500."}


def test_after_a_day_it_is_given_up_and_the_next_one_has_its_turn() -> None:
    outbox, servers = MemoryOutbox(), Servers({BAD: broken})
    first = outbox.put("CA1", BAD)
    outbox.put("CA1", GOOD)
    run(outbox, servers, seconds=2 * PATIENCE_S)
    assert "nobody listens" in outbox.settled[first]
    assert servers.got[-1][1] == GOOD
    assert servers.got[-2][0] == pytest.approx(PATIENCE_S, rel=0.05)
    assert outbox.rows == []


def test_pauses_double_up_to_an_hour() -> None:
    assert [retry_in_s(failed) for failed in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert retry_in_s(20) == retry_in_s(1000) == LONGEST_RETRY_S
    assert tried_for_s(3) == 7


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_pauses_differ_a_little(jitter: float, pause: float) -> None:
    outbox = MemoryOutbox()
    outbox.put("CA1", BAD)

    async def work() -> None:
        courier = CallbackCourier(outbox, Servers({BAD: broken}), LoopClock(), jitter=lambda: jitter)
        async with running(courier):
            await asyncio.sleep(0.1)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(work())
    assert outbox.rows[0].next_at - START == timedelta(seconds=pause)


def test_a_slow_server_holds_up_only_itself() -> None:
    async def slow() -> int:
        await asyncio.sleep(10)
        return 200

    outbox, servers = MemoryOutbox(), Servers({BAD: slow})
    for number in range(1000):
        outbox.put(f"CA{number}", BAD)
    outbox.put("CA-good", GOOD)
    run(outbox, servers, seconds=5)
    assert "CA-good" in {call for _, _, call, _ in servers.got}
    assert servers.most_at_once <= AT_ONCE_PER_SERVER + 1


def test_nothing_is_sent_twice_while_it_is_under_way() -> None:
    async def slow() -> int:
        await asyncio.sleep(30)
        return 200

    outbox, servers = MemoryOutbox(), Servers({GOOD: slow})
    outbox.put("CA1", GOOD)
    run(outbox, servers, seconds=100)
    assert len(servers.got) == 1


@pytest.mark.parametrize("error", [StoreError, TypeError])
def test_a_database_that_is_away_is_waited_for(error: type[Exception]) -> None:
    outbox, servers = MemoryOutbox(fails=3, error=error), Servers()
    outbox.put("CA1", GOOD)
    run(outbox, servers, seconds=60)
    assert outbox.settled == {"CB0": "delivered"}
    assert len(servers.got) == 1


@pytest.mark.parametrize("error", [StoreError, TypeError])
def test_a_delivery_that_can_not_be_noted_is_sent_again_after_a_pause(error: type[Exception]) -> None:
    outbox = MemoryOutbox(error=error)

    async def unlucky() -> int:
        if len(servers.got) == 1:
            outbox.fails = 1
        return 200

    servers = Servers({GOOD: unlucky})
    outbox.put("CA1", GOOD)
    run(outbox, servers, seconds=60)
    assert [at for at, *_ in servers.got] == [pytest.approx(0, abs=0.1), pytest.approx(5, abs=1.1)]


def test_an_address_that_is_none_fails_like_any_other() -> None:
    outbox = MemoryOutbox()
    outbox.put("CA1", "http://[bad")
    run(outbox, Servers({"http://[bad": broken}), seconds=0.5)
    assert outbox.rows[0].error == "nobody listens"


async def test_what_nobody_foresaw_is_counted(client: WebhookClient) -> None:
    courier = CallbackCourier(MemoryOutbox(fails=1, error=TypeError), client, LoopClock())

    async with running(courier), within(10):
        while not courier.stepped_over:
            await asyncio.sleep(0.01)

    assert courier.stepped_over == 1


async def test_a_real_server_gets_the_form(client: WebhookClient, customer: CustomerServer) -> None:
    settled = asyncio.Event()

    class WatchedOutbox(MemoryOutbox):
        async def delivered(self, callback_id: str, at: datetime) -> None:
            settled.set()

    outbox = WatchedOutbox()
    outbox.put("CA1", customer.serves("/status", ""))
    async with running(CallbackCourier(outbox, client, LoopClock())), within(10):
        await settled.wait()
    assert customer.asked[0].form == {"CallSid": "CA1", "SequenceNumber": "0"}
