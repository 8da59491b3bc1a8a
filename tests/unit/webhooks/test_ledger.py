"""What servers were asked is written down, behind the call's back, without what must not be known."""

import asyncio
import gc
from collections.abc import Sequence
from typing import Any

import pytest

from api.node.clock import SystemClock
from engine.errors import DocumentError, StoreError, WebhookError
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.privacy.masking import HIDDEN_VALUE
from engine.webhooks.client import WebhookClient
from engine.webhooks.incoming import Incoming
from engine.webhooks.ledger import ExchangeLedger
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.replay import replay
from tests.peers.waiting import within
from tests.unit.webhooks.server import CustomerServer, a_call_of

SAY = "<Response><Say>Hello</Say></Response>"


class Rows:
    """A database that fails as often as it is told, and by what it is told."""

    def __init__(self, fails: int = 0, error: type[Exception] = StoreError) -> None:
        self.kept: list[WebhookExchange] = []
        self._fails = fails
        self._error = error

    async def add(self, exchanges: Sequence[WebhookExchange]) -> None:
        if self._fails:
            self._fails -= 1
            raise self._error("the database is away")
        self.kept.extend(exchanges)


async def test_an_exchange_tells_what_was_asked_and_answered(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    url = customer.serves("/flow", SAY)
    await a_call_of(client).fetch_document(f"{url}?a=1", "POST", {"Digits": "1"})
    [exchange] = exchanges
    assert (exchange.method, exchange.url, exchange.form) == ("POST", f"{url}?a=1", {"Digits": "1"})
    assert (exchange.status, exchange.error, exchange.answer) == (200, None, SAY)
    assert (exchange.account_id, exchange.call_id, exchange.kind) == ("AC1", "CA1", ExchangeKind.DOCUMENT)
    assert exchange.attempt == 1
    assert exchange.latency_ms >= 0


async def test_of_an_answer_the_first_1024_bytes_are_kept(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    await a_call_of(client).fetch_document(customer.serves("/", f"<Response>{' ' * 5000}</Response>"), "POST", {})
    await a_call_of(client).request(customer.serves("/", "\0" + "x" * 5000, status=500), "POST", {})
    assert [len(each.answer) for each in exchanges] == [1024, 1024]
    assert exchanges[1].answer.startswith("\ufffdxxx")


async def test_failures_are_told(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    call = a_call_of(client)
    with pytest.raises(WebhookError):
        await call.fetch_document(f"{customer.url}/missing", "POST", {})
    with pytest.raises(WebhookError):
        await call.fetch_document("http://10.0.0.1/", "POST", {})
    with pytest.raises(DocumentError):
        await call.fetch_document(customer.serves("/nonsense", "<Sing/>"), "POST", {})
    assert [each.status for each in exchanges] == [404, None, 200]
    assert exchanges[0].error == "was answered with 404 Not Found"
    assert "not public" in (exchanges[1].error or "")


async def test_each_hop_of_a_redirect_is_a_line(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    customer.serves("/there", SAY)
    await a_call_of(client).fetch_document(customer.redirects("/here", "/there"), "POST", {"a": "b"})
    assert [(each.method, each.status, each.form) for each in exchanges] == [
        ("POST", 302, {"a": "b"}),
        ("GET", 200, {}),
    ]
    assert len({each.request_id for each in exchanges}) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_hidden_values_are_sent_but_shown_nowhere(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer, method: str
) -> None:
    events: list[dict[str, Any]] = []
    call = client.for_call("AC1", "CA1", event=lambda _, **facts: events.append(facts))
    url = customer.serves("/pay", "<Sing/>")
    with pytest.raises(DocumentError) as wrong:
        await call.fetch_document(url, method, {"Digits": "4929000", "a": "b"}, hidden=frozenset({"Digits"}))
    assert {**customer.asked[0].query, **customer.asked[0].form} == {"Digits": "4929000", "a": "b"}
    told = f"{exchanges} {events} {wrong.value}"
    assert "4929000" not in told
    assert HIDDEN_VALUE in told


async def test_user_and_password_of_a_url_are_not_kept(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    url = customer.serves("/flow", SAY).replace("://", "://anna:secret@")
    await a_call_of(client).fetch_document(url, "POST", {})
    assert exchanges[0].url == f"{customer.url}/flow"


async def test_the_call_gets_a_short_event(client: WebhookClient, customer: CustomerServer) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    call = client.for_call("AC1", "CA1", event=lambda kind, **facts: events.append((kind, facts)))
    url = customer.serves("/flow", SAY)
    await call.fetch_document(url, "POST", {"Digits": "1"})
    [(kind, facts)] = events
    assert kind == "webhook"
    assert facts.pop("latency_ms") >= 0
    assert facts == {"url": url, "method": "POST", "status": 200}


async def test_lines_are_written_behind_the_back(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    rows = Rows(fails=1)
    ledger = ExchangeLedger(rows, SystemClock())
    running = asyncio.create_task(ledger.run())
    await a_call_of(client).request(customer.serves("/status", ""), "POST", {})
    ledger.note_exchange(exchanges[0])
    async with within(10):
        while not rows.kept:
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.wait({running})
    assert rows.kept == exchanges


async def test_what_nobody_foresaw_ends_no_writing(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    rows = Rows(fails=1, error=TypeError)
    ledger = ExchangeLedger(rows, SystemClock())
    running = asyncio.create_task(ledger.run())
    await a_call_of(client).request(customer.serves("/status", ""), "POST", {})

    ledger.note_exchange(exchanges[0])
    await ledger.wait_until_written()
    ledger.note_exchange(exchanges[0])
    await ledger.wait_until_written()

    assert rows.kept == exchanges
    assert ledger.stepped_over == 1
    running.cancel()
    await asyncio.wait({running})


async def test_no_more_than_ten_thousand_wait_to_be_written(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    rows = Rows()
    ledger = ExchangeLedger(rows, SystemClock())
    await a_call_of(client).request(customer.serves("/status", ""), "POST", {})

    for _ in range(10_001):
        ledger.note_exchange(exchanges[0])
    running = asyncio.create_task(ledger.run())
    await ledger.wait_until_written()

    assert len(rows.kept) == 10_000
    running.cancel()
    await asyncio.wait({running})


async def test_what_waits_at_the_end_is_written(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    rows = Rows()
    ledger = ExchangeLedger(rows, SystemClock())
    running = asyncio.create_task(ledger.run())
    await asyncio.sleep(0)
    await a_call_of(client).request(customer.serves("/status", ""), "POST", {})
    for _ in range(250):
        ledger.note_exchange(exchanges[0])
    running.cancel()
    await asyncio.wait({running})
    assert len(rows.kept) == 250


async def test_who_must_know_waits_until_all_is_written(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer
) -> None:
    rows = Rows(fails=1)
    ledger = ExchangeLedger(rows, SystemClock())
    running = asyncio.create_task(ledger.run())
    await a_call_of(client).request(customer.serves("/status", ""), "POST", {})
    for _ in range(250):
        ledger.note_exchange(exchanges[0])
    async with within(10):
        await ledger.wait_until_written()
    assert len(rows.kept) == 250
    running.cancel()
    await asyncio.wait({running})


@pytest.mark.parametrize("body", list(BodyFormat))
async def test_a_request_can_be_sent_again(
    client: WebhookClient, exchanges: list[WebhookExchange], customer: CustomerServer, body: BodyFormat
) -> None:
    call = client.for_call("AC1", "CA1", format=body)
    await call.request(customer.serves("/status", "was", status=404), "POST", {"a": "é"})
    customer.serves("/status", "x" * 5000, status=410)
    answer = await replay(exchanges[0], client, WebhookPolicy(5, 2), exchanges.append)
    first, again = customer.asked
    assert (again.body, again.url) == (first.body, first.url)
    assert (answer.status, answer.text) == (410, "x" * 5000)
    assert exchanges[1].request_id == exchanges[0].request_id


async def test_an_answer_that_was_read_is_left_in_no_cycle(client: WebhookClient, customer: CustomerServer) -> None:
    url = customer.serves("/flow", SAY)
    gc.collect()
    gc.disable()
    try:
        await a_call_of(client).fetch_document(url, "POST", {})

        assert not [each for each in gc.get_objects() if isinstance(each, Incoming)]
    finally:
        gc.enable()
