"""Trying again: by default where no connection came about, otherwise as the URL's fragment says."""

import asyncio
import socket
from ipaddress import IPv4Network

import pytest
from aiohttp import web as http
from aiohttp.abc import ResolveResult

from engine.errors import WebhookError
from engine.flow.parse import parse
from engine.model.webhook_exchange import WebhookExchange
from engine.webhooks.client import WebhookClient
from engine.webhooks.policy import MOST_RETRIES, Failure, WebhookPolicy
from tests.peers.waiting import within
from tests.unit.webhooks.server import CustomerServer, Handler, a_call_of, customer_server

SAY = "<Response><Say>Hello</Say></Response>"
USUAL = WebhookPolicy(10.0, 2.0)


def failing(times: int, status: int = 500) -> Handler:
    """Answers with a status so many times, then well."""
    left = iter([status] * times)

    async def answer(_: http.Request) -> http.Response:
        return http.Response(status=next(left, 200), text=SAY, content_type="text/xml")

    return answer


async def never(_: http.Request) -> http.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


def unused_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("fragment", "wanted"),
    [
        ("", USUAL),
        ("section-2", USUAL),
        ("rc=2", WebhookPolicy(10.0, 2.0, None, 2)),
        ("rc=0", WebhookPolicy(10.0, 2.0, None, 0)),
        ("rc=99", WebhookPolicy(10.0, 2.0, None, MOST_RETRIES)),
        ("rc=-1", USUAL),
        ("rc=two", USUAL),
        ("ct=500&rt=3000&tt=8000", WebhookPolicy(8.0, 0.5, 3.0)),
        ("ct=1&rt=999999&tt=999999", WebhookPolicy(15.0, 0.1, 15.0)),
        ("rp=5xx", WebhookPolicy(10.0, 2.0, retried=frozenset({Failure.SERVER_ERROR}))),
        ("rp=4xx,rt", WebhookPolicy(10.0, 2.0, retried=frozenset({Failure.CLIENT_ERROR, Failure.READ}))),
        ("rp=all", WebhookPolicy(10.0, 2.0, retried=frozenset(Failure))),
        ("rp=nonsense", USUAL),
        ("edge=ashburn&rc=3&sni=y", WebhookPolicy(10.0, 2.0, None, 3)),
    ],
)
def test_a_fragment_overrides_what_it_names(fragment: str, wanted: WebhookPolicy) -> None:
    assert USUAL.overridden(fragment) == wanted


async def test_the_fragment_is_not_sent(client: WebhookClient, customer: CustomerServer) -> None:
    await a_call_of(client).fetch_document(customer.serves("/flow", SAY) + "#rc=2&rp=all", "POST", {})
    assert customer.asked[0].url == f"{customer.url}/flow"


@pytest.mark.parametrize(("fragment", "status"), [("rc=2&rp=5xx", 500), ("rc=2&rp=4xx", 404), ("rc=2&rp=all", 503)])
async def test_an_error_named_in_rp_is_tried_again(
    client: WebhookClient, customer: CustomerServer, fragment: str, status: int
) -> None:
    url = customer.handles("/flow", failing(2, status))
    assert await a_call_of(client).fetch_document(f"{url}#{fragment}", "POST", {"a": "b"}) == parse(SAY)
    assert [asked.form for asked in customer.asked] == [{"a": "b"}] * 3


@pytest.mark.parametrize(("fragment", "tries"), [("", 1), ("rc=3&rp=4xx", 1), ("rc=1&rp=5xx", 2), ("rc=0&rp=all", 1)])
async def test_other_errors_are_final(
    client: WebhookClient, customer: CustomerServer, fragment: str, tries: int
) -> None:
    url = customer.handles("/flow", failing(9))
    with pytest.raises(WebhookError, match="was answered with 500"):
        await a_call_of(client).fetch_document(f"{url}#{fragment}", "POST", {})
    assert len(customer.asked) == tries


async def test_a_callback_is_tried_again_too_and_the_last_status_counts(
    client: WebhookClient, customer: CustomerServer
) -> None:
    call = a_call_of(client)
    assert await call.request(customer.handles("/status", failing(1)) + "#rp=5xx", "POST", {}) == 200
    assert await call.request(customer.handles("/status", failing(2)) + "#rp=5xx", "POST", {}) == 500


async def test_without_connection_it_is_tried_once_more(
    exchanges: list[WebhookExchange], client: WebhookClient
) -> None:
    with pytest.raises(WebhookError, match="failed: Cannot connect"):
        await a_call_of(client).fetch_document(f"http://127.0.0.1:{unused_port()}/", "POST", {})
    assert [(each.attempt, each.retried_because) for each in exchanges] == [(1, None), (2, "ct")]


async def test_silence_is_tried_again_if_wanted(
    exchanges: list[WebhookExchange], client: WebhookClient, customer: CustomerServer
) -> None:
    url = customer.handles("/flow", never)
    with pytest.raises(WebhookError, match=r"silence for 0\.1 s"):
        await a_call_of(client).fetch_document(f"{url}#rt=100&rp=rt&rc=2", "POST", {})
    assert [each.retried_because for each in exchanges] == [None, "rt", "rt"]
    assert len({each.request_id for each in exchanges}) == 1


async def test_all_attempts_together_have_the_whole_time(client: WebhookClient, customer: CustomerServer) -> None:
    url = customer.handles("/flow", never)
    with pytest.raises(WebhookError, match=r"not answered within 0\.3 s"):
        await a_call_of(client).fetch_document(f"{url}#rt=200&rp=rt&rc=5&tt=300", "POST", {})
    assert len(customer.asked) <= 2


async def test_a_host_that_takes_no_connection_is_given_up_soon() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        held = [socket.socket() for _ in range(4)]
        for each in held:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        client = WebhookClient(timeout_s=5, connect_timeout_s=0.1, allow=[IPv4Network("127.0.0.0/8")])
        await client.start()
        try:
            with pytest.raises(WebhookError, match=r"no connection within 0\.1 s"):
                await a_call_of(client).request(f"http://127.0.0.1:{full.getsockname()[1]}/", "POST", {})
        finally:
            await client.close()
            for each in held:
                each.close()


async def test_a_name_server_that_is_silent_is_given_up_soon() -> None:
    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    client = WebhookClient(timeout_s=5, connect_timeout_s=0.1, lookup=lookup)
    await client.start()
    try:
        with pytest.raises(WebhookError, match=r"slow\.example was not resolved within 0\.1 s"):
            await a_call_of(client).request("http://slow.example/", "POST", {})
    finally:
        await client.close()


async def test_a_slow_server_takes_only_its_own_connections(customer: CustomerServer) -> None:
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")], connections_per_server=20)
    await client.start()
    url = customer.handles("/slow", never)
    waiting = [asyncio.create_task(a_call_of(client).request(url, "POST", {})) for _ in range(30)]
    try:
        async with within(2):
            while len(customer.asked) < 20:
                await asyncio.sleep(0.01)
            async with customer_server() as other:
                assert await a_call_of(client).request(other.serves("/quick", ""), "POST", {}) == 200
        assert len(customer.asked) == 20
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)
        await client.close()


class ClosingServer:
    """Answers one request on each connection, then closes it without having said so."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(SAY)}\r\n\r\n"
        writer.write(f"{head}{SAY}".encode())
        await writer.drain()
        writer.close()


async def test_a_connection_that_was_closed_meanwhile_costs_no_request(client: WebhookClient) -> None:
    server = ClosingServer()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/flow"
        call = a_call_of(client)
        for _ in range(5):
            assert await call.fetch_document(url, "POST", {"a": "b"}) == parse(SAY)

    assert len(server.asked) == 5


async def test_a_server_that_closes_a_fresh_connection_has_failed(client: WebhookClient) -> None:
    async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(closes, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/flow"
        with pytest.raises(WebhookError, match="failed"):
            await a_call_of(client).fetch_document(url, "POST", {})
