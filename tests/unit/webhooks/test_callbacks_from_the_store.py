"""The way of a status callback: from the transaction that changed the call to the customer's real server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio
from aiohttp import web as http

from engine.ids import IdKind, new_id
from engine.model.call import Call, Direction, Event, Status, after
from engine.model.call_options import STANDARD, CallOptions
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.outbox import NewCallback, Outbox
from engine.webhooks.client import WebhookClient
from engine.webhooks.delivery import CallbackCourier
from engine.webhooks.payloads.call import status_form
from tests.peers.databases import migrated_sqlite
from tests.peers.waiting import within
from tests.unit.webhooks.server import CustomerServer
from tests.unit.webhooks.test_callbacks import running

LIFE = (Event.ALERTED, Event.ANSWERED, Event.HUNG_UP)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield database
    await database.close()


async def live(db: Database, url: str) -> str:
    """A call from its order to its end; its id."""
    account = await Accounts(db, b"p" * 32).ensure("customer")
    call = Call(
        id=new_id(IdKind.CALL), account_id=account.id, direction=Direction.OUTBOUND, from_="+3225550100",
        to="+3225550199", status=Status.QUEUED, start_time=datetime.now(UTC), node="node-1",
        options=CallOptions(status_callback=url).over(STANDARD),
    )  # fmt: skip
    await Calls(db).add(call, NewCallback(url, status_form(call)))
    for event in LIFE:
        call = after(call, event, datetime.now(UTC))
        await Calls(db).save(call, NewCallback(url, status_form(call)))
    return call.id


def courier(db: Database, client: WebhookClient) -> CallbackCourier:
    return CallbackCourier(Outbox(db, "node-1"), client, SystemClock(), jitter=lambda: 0.0)


async def test_a_calls_life_arrives_in_order_though_the_server_stumbles(
    db: Database, client: WebhookClient, customer: CustomerServer
) -> None:
    statuses: dict[str, list[str]] = {}
    stumbled: set[str] = set()
    all_arrived = asyncio.Event()

    async def answer(request: http.Request) -> http.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        call = form["CallSid"]
        if form["CallStatus"] == "ringing" and call not in stumbled:
            stumbled.add(call)
            return http.Response(status=503)
        statuses.setdefault(call, []).append(f"{form['SequenceNumber']} {form['CallStatus']}")
        if sum(map(len, statuses.values())) == 12:
            all_arrived.set()
        return http.Response()

    url = customer.handles("/status", answer)
    carrier = courier(db, client)
    async with running(carrier), within(30):
        calls = [await live(db, url) for _ in range(3)]
        carrier.notify()
        await all_arrived.wait()
    told = ["0 queued", "1 ringing", "2 in-progress", "3 completed"]
    assert statuses == dict.fromkeys(calls, told)


async def test_what_was_under_way_when_the_process_ended_is_sent_again(
    db: Database, client: WebhookClient, customer: CustomerServer
) -> None:
    arrived = asyncio.Queue[str]()
    answers_now = asyncio.Event()

    async def answer(request: http.Request) -> http.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        arrived.put_nowait(f"{form['SequenceNumber']} {form['CallStatus']}")
        await answers_now.wait()
        return http.Response()

    await live(db, customer.handles("/status", answer))
    async with within(30):
        async with running(courier(db, client)):
            assert await arrived.get() == "0 queued"
        answers_now.set()
        async with running(courier(db, client)):
            again = [await arrived.get() for _ in range(4)]
    assert again == ["0 queued", "1 ringing", "2 in-progress", "3 completed"]
