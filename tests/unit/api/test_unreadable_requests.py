"""What a client gets whose request can't be read, and that it is no failure of ours."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from api.http.unread_requests import MAX_FIELD_BYTES, MAX_FIELDS, MAX_TARGET_BYTES
from engine.metrics.meters import Meters
from tests.peers.raw_http import raw_http
from tests.unit.api.conftest import Site
from tests.unit.rest_services import behind_a_door

_APART_S = 0.2
"""Between a head and its body, so that they are not read as one."""


@pytest.fixture
async def port(site: Site) -> AsyncIterator[int]:
    async with behind_a_door(site.services, meters=Meters()) as port:
        yield port


def get(target: str = "/healthz", *fields: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: node", *fields, "", ""]).encode()


def post(site: Site, *fields: str) -> bytes:
    own = ("Host: node", f"X-API-Key: {site.key}", "Content-Type: application/json")
    return "\r\n".join(["POST /v1/voice/calls HTTP/1.1", *own, *fields, "", ""]).encode()


MALFORMED = (
    b"HELLO\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /healthz HTTP/9.9\r\nHost: node\r\n\r\n",
    get("/healthz", "No colon"),
    get("/healthz", "Bad\x00Name: 1"),
    get("/healthz", "Content-Length: -1"),
    get("/healthz", "Content-Length: 1", "Content-Length: 2"),
    get("/healthz", "Content-Length: 3", "Transfer-Encoding: chunked"),
)


@pytest.mark.parametrize("request_", MALFORMED)
async def test_what_is_no_request_gets_a_problem_that_tells_nothing_of_the_server(port: int, request_: bytes) -> None:
    with capture_logs() as lines:
        async with raw_http(port) as client:
            client.send(request_)
            status, headers, body = await client.answer()
            rest = await client.rest()

    assert (status, rest) == (400, b"")
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json; charset=utf-8", "close")
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "server" not in headers
    assert json.loads(body)["detail"] == "This is no request of HTTP/1.1."
    assert not [line for line in lines if line["log_level"] in ("error", "warning")]


@pytest.mark.parametrize(
    ("request_", "status", "limit"),
    [
        (get("/" + "x" * MAX_TARGET_BYTES), 414, MAX_TARGET_BYTES),
        (get("/healthz?" + "x" * MAX_TARGET_BYTES), 414, MAX_TARGET_BYTES),
        (get("/healthz", "X-Long: " + "x" * (MAX_FIELD_BYTES + 1)), 431, MAX_FIELD_BYTES),
        (get("/healthz", "x" * MAX_FIELD_BYTES + "x: 1"), 431, MAX_FIELD_BYTES),
        (get("/healthz", *(f"X-{number}: 1" for number in range(MAX_FIELDS))), 431, MAX_FIELDS),
    ],
)
async def test_a_head_beyond_a_limit_is_refused_with_the_limit(
    port: int, request_: bytes, status: int, limit: int
) -> None:
    async with raw_http(port) as client:
        client.send(request_)
        got, headers, body = await client.answer()

    assert (got, "server" in headers) == (status, False)
    assert str(limit) in json.loads(body)["detail"]


@pytest.mark.parametrize(
    "request_",
    [
        get("/healthz?" + "x" * (MAX_TARGET_BYTES - len("/healthz?"))),
        get("/healthz", "X-Long: " + "x" * MAX_FIELD_BYTES),
        get("/healthz", *(f"X-{number}: 1" for number in range(MAX_FIELDS - 1))),
    ],
)
async def test_a_head_at_a_limit_is_answered(port: int, request_: bytes) -> None:
    async with raw_http(port) as client:
        client.send(request_)
        status, _, _ = await client.answer()

    assert status == 200


@pytest.mark.parametrize("target", ["/nowhere", "/v1/voice/calls", "//healthz", "/%2e%2e/etc/passwd", "*"])
async def test_no_answer_has_a_server_header(port: int, target: str) -> None:
    async with raw_http(port) as client:
        client.send(get(target))
        status, headers, body = await client.answer()

    assert status in (400, 401, 404)
    assert "server" not in headers
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    ("fields", "body", "status", "told"),
    [
        (("Content-Encoding: gzip", "Content-Length: 9"), b"no gzip  ", 400, "Content-Encoding"),
        (("Content-Length: 1048577",), b" " * 1048577, 413, "1 MiB"),
        (("Transfer-Encoding: chunked",), (b"80000\r\n" + b" " * 0x80000 + b"\r\n") * 3, 413, "1 MiB"),
    ],
)
async def test_a_body_that_cant_be_read_is_refused(
    site: Site, port: int, fields: tuple[str, ...], body: bytes, status: int, told: str
) -> None:
    with capture_logs() as lines:
        async with raw_http(port) as client:
            client.send(post(site, *fields))
            await asyncio.sleep(_APART_S)
            client.send(body)
            got, headers, answer = await client.answer()

    assert (got, "server" in headers) == (status, False)
    assert told in json.loads(answer)["detail"]
    assert "request_failed" not in [line["event"] for line in lines]


async def test_a_body_that_grows_beyond_the_limit_when_unpacked_is_refused(site: Site, port: int) -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    async with raw_http(port) as client:
        client.send(post(site, "Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb)
        status, _, _ = await client.answer()

    assert (status, len(bomb) < 100_000) == (413, True)


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_failure_of_ours(site: Site, port: int) -> None:
    with capture_logs() as lines:
        async with raw_http(port) as client:
            client.send(post(site, "Content-Length: 100") + b"{")
            await client.writer.drain()
        async with raw_http(port) as another:
            another.send(get())
            status, _, _ = await another.answer()

    assert status == 200
    assert [line for line in lines if line["log_level"] == "error"] == []


@pytest.mark.parametrize("body", [b"zz\r\n", b"5\r\n{", b""])
async def test_a_body_whose_chunks_never_end_is_waited_for_as_long_as_any(site: Site, body: bytes) -> None:
    async with behind_a_door(site.services, body_s=0.5) as port, raw_http(port) as client:
        client.send(post(site, "Transfer-Encoding: chunked"))
        await asyncio.sleep(_APART_S)
        client.send(body)
        status, headers, answer = await client.answer()

    assert (status, headers["connection"]) == (408, "close")
    assert json.loads(answer)["detail"] == "The body did not come within 0.5 s."
