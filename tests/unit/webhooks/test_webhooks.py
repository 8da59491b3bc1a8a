"""Asking customers' servers, against a real one."""

import asyncio
import gzip
import os
import socket
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from aiohttp import web as http

from config.version import USER_AGENT
from engine.errors import DocumentError, WebhookError
from engine.flow.document import Document
from engine.flow.parse import parse
from engine.webhooks.call_web import DOCUMENT_LIMIT_BYTES, CallWeb
from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of

SAY = "<Response><Say>Hello</Say></Response>"


class TestDocuments:
    async def test_post_sends_a_form(self, web: CallWeb, customer: CustomerServer) -> None:
        url = customer.serves("/flow", SAY) + "?a=1"
        assert await web.fetch_document(url, "POST", {"From": "+32 &é"}) == parse(SAY)
        [asked] = customer.asked
        assert (asked.method, asked.query, asked.form) == ("POST", {"a": "1"}, {"From": "+32 &é"})
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert asked.headers["User-Agent"] == USER_AGENT

    async def test_get_puts_the_parameters_in_the_query(self, web: CallWeb, customer: CustomerServer) -> None:
        customer.serves("/flow", SAY)
        await web.fetch_document(f"{customer.url}/flow?a=1", "GET", {"From": "+32 &é", "Digits": "1#"})
        [asked] = customer.asked
        assert (asked.method, asked.query, asked.form) == ("GET", {"a": "1", "From": "+32 &é", "Digits": "1#"}, {})

    async def test_json_is_a_document_too(self, web: CallWeb, customer: CustomerServer) -> None:
        url = customer.serves("/flow", '[{"verb": "say", "text": "Hello"}]', "application/json")
        assert await web.fetch_document(url, "POST", {}) == parse(SAY)

    async def test_the_same_answer_is_read_once(self, web: CallWeb, customer: CustomerServer) -> None:
        url, other = customer.serves("/flow", SAY), customer.serves("/other", SAY)

        first = await web.fetch_document(url, "POST", {})
        again = await web.fetch_document(other, "POST", {})

        assert again is first

    async def test_long_answers_are_not_kept(self, web: CallWeb, customer: CustomerServer) -> None:
        url = customer.serves("/flow", f"<Response><Say>{'a' * 4096}</Say></Response>")

        first = await web.fetch_document(url, "POST", {})
        again = await web.fetch_document(url, "POST", {})

        assert again is not first
        assert again == first

    async def test_the_same_answer_of_another_type_is_read_by_its_type(
        self, web: CallWeb, customer: CustomerServer
    ) -> None:
        flow = '[{"verb": "say", "text": "Hello"}]'
        await web.fetch_document(customer.serves("/flow", flow, "application/json"), "POST", {})

        with pytest.raises(DocumentError):
            await web.fetch_document(customer.serves("/xml", flow, "application/xml"), "POST", {})

    async def test_nonsense_names_the_place_and_the_url(self, web: CallWeb, customer: CustomerServer) -> None:
        url = customer.serves("/flow", "<Response>\n  <Sing/></Response>")
        with pytest.raises(DocumentError, match=r"line 2, column 3: <Sing>.*in the answer of http") as wrong:
            await web.fetch_document(url, "POST", {})
        assert (wrong.value.line, wrong.value.element) == (2, "Sing")

    @pytest.mark.parametrize("status", [204, 304, 400, 404, 500, 503])
    async def test_other_answers_are_errors(self, web: CallWeb, customer: CustomerServer, status: int) -> None:
        async def answer(_: http.Request) -> http.Response:
            return http.Response(status=status)

        with pytest.raises((WebhookError, DocumentError)):
            await web.fetch_document(customer.handles("/flow", answer), "POST", {})

    async def test_an_error_tells_what_was_asked_and_answered(self, web: CallWeb, customer: CustomerServer) -> None:
        url = customer.serves("/flow", "", status=503).replace("http://", "http://user:secret@")
        with pytest.raises(
            WebhookError, match=r"POST http://127.*/flow was answered with 503 Service Unavailable"
        ) as e:
            await web.fetch_document(url, "POST", {})
        assert "secret" not in str(e.value)

    async def test_64_kib_are_taken_and_not_one_byte_more(self, web: CallWeb, customer: CustomerServer) -> None:
        room = DOCUMENT_LIMIT_BYTES - len("<Response></Response>")
        url = customer.serves("/flow", f"<Response>{' ' * room}</Response>")
        assert await web.fetch_document(url, "POST", {}) == Document(())
        customer.serves("/flow", f"<Response>{' ' * (room + 1)}</Response>")
        with pytest.raises(WebhookError, match="more than 64 KiB"):
            await web.fetch_document(url, "POST", {})

    async def test_a_body_without_a_length_is_limited_too(self, web: CallWeb, customer: CustomerServer) -> None:
        async def pour(request: http.Request) -> http.StreamResponse:
            response = http.StreamResponse()
            await response.prepare(request)
            for _ in range(40):
                await response.write(b" " * 4096)
            return response

        with pytest.raises(WebhookError, match="more than 64 KiB"):
            await web.fetch_document(customer.handles("/flow", pour), "POST", {})

    async def test_nothing_is_unpacked(self, web: CallWeb, customer: CustomerServer) -> None:
        async def packed(_: http.Request) -> http.Response:
            return http.Response(body=gzip.compress(b" " * 10**7), headers={"Content-Encoding": "gzip"})

        with pytest.raises(WebhookError, match="encoding gzip"):
            await web.fetch_document(customer.handles("/flow", packed), "POST", {})
        assert customer.asked[0].headers["Accept-Encoding"] == "identity"


class TestRedirects:
    async def test_302_is_followed_with_get_and_without_the_form(self, web: CallWeb, customer: CustomerServer) -> None:
        customer.serves("/there", SAY)
        await web.fetch_document(customer.redirects("/here", "/there?b=2"), "POST", {"From": "x"})
        assert (customer.asked[1].method, customer.asked[1].query, customer.asked[1].form) == ("GET", {"b": "2"}, {})

    @pytest.mark.parametrize("status", [307, 308])
    async def test_307_and_308_keep_the_method(self, web: CallWeb, customer: CustomerServer, status: int) -> None:
        customer.serves("/there", SAY)
        await web.fetch_document(customer.redirects("/here", "/there", status), "POST", {"From": "x"})
        assert (customer.asked[1].method, customer.asked[1].form) == ("POST", {"From": "x"})

    async def test_circles_end(self, web: CallWeb, customer: CustomerServer) -> None:
        with pytest.raises(WebhookError, match="redirected more than 3 times"):
            await web.fetch_document(customer.redirects("/here", "/here"), "POST", {})
        assert len(customer.asked) == 4

    async def test_to_what_is_no_url(self, web: CallWeb, customer: CustomerServer) -> None:
        with pytest.raises(WebhookError, match="not a URL"):
            await web.fetch_document(customer.redirects("/here", "http://[bad"), "POST", {})


class TestFailures:
    async def test_a_server_that_is_silent(self, customer: CustomerServer) -> None:
        async def never(_: http.Request) -> http.Response:
            await asyncio.Event().wait()
            raise AssertionError

        client = WebhookClient(timeout_s=0.05, allow=[IPv4Network("127.0.0.0/8")])
        await client.start()
        with pytest.raises(WebhookError, match=r"not answered within 0\.05 s"):
            await a_call_of(client).request(customer.handles("/slow", never), "POST", {})
        await client.close()

    async def test_nobody_listens(self, web: CallWeb) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(WebhookError, match=r"POST http://127\.0\.0\.1:.* failed"):
                await web.request(f"http://127.0.0.1:{unused.getsockname()[1]}/", "POST", {})

    async def test_what_is_no_http(self, web: CallWeb) -> None:
        async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 smtp.example ready\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            with pytest.raises(WebhookError, match="failed"):
                await web.request(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "POST", {})

    @pytest.mark.parametrize("url", ["", "/relative", "http://", "http://[bad", "http://x:99999/"])
    async def test_what_is_no_url(self, web: CallWeb, url: str) -> None:
        with pytest.raises(WebhookError):
            await web.fetch_document(url, "GET", {})

    async def test_a_closed_client_says_so(self) -> None:
        with pytest.raises(WebhookError, match="closed"):
            await a_call_of(WebhookClient(timeout_s=1)).request("http://customer.example/", "POST", {})


class TestCallbacks:
    @pytest.mark.parametrize("status", [200, 204, 404, 500])
    async def test_gives_the_status_whatever_it_is(self, web: CallWeb, customer: CustomerServer, status: int) -> None:
        assert await web.request(customer.serves("/status", "", status=status), "POST", {"CallSid": "CA1"}) == status
        assert customer.asked[0].form == {"CallSid": "CA1"}


class TestDownload:
    async def test_writes_the_file(self, web: CallWeb, customer: CustomerServer, tmp_path: Path) -> None:
        async def sound(_: http.Request) -> http.Response:
            return http.Response(body=bytes(200_000))

        path = tmp_path / "a.wav"
        assert (await web.download(customer.handles("/a.wav", sound), path, 200_000)).changed
        assert path.read_bytes() == bytes(200_000)

    async def test_too_long_leaves_nothing(self, web: CallWeb, customer: CustomerServer, tmp_path: Path) -> None:
        async def pour(request: http.Request) -> http.StreamResponse:
            response = http.StreamResponse()
            await response.prepare(request)
            for _ in range(10):
                await response.write(bytes(100_000))
            return response

        with pytest.raises(WebhookError, match="more than 97 KiB"):
            await web.download(customer.handles("/a.wav", pour), tmp_path / "a.wav", 100_000)
        assert os.listdir(tmp_path) == []  # noqa: PTH208

    async def test_missing_leaves_nothing(self, web: CallWeb, customer: CustomerServer, tmp_path: Path) -> None:
        with pytest.raises(WebhookError, match="404"):
            await web.download(f"{customer.url}/a.wav", tmp_path / "a.wav", 100)
        assert os.listdir(tmp_path) == []  # noqa: PTH208
