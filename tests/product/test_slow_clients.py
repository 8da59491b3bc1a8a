"""Clients of the REST interface that are slow or many: each has its time and its place, and others are served."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.peers.phone import phone
from tests.peers.platform import BASE_PATH, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_http import RawHttp, raw_http
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

CALLEE: Final = "+3225550199"
HEALTH: Final = "GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n"
UNFINISHED: Final = "GET /healthz HTTP/1.1\r\nHost: node\r\nX-Slow: "


async def is_answered(telefoon: Platform, source: str = "127.0.0.1") -> bool:
    async with raw_http(telefoon.http_port, source=source) as client:
        client.send(HEALTH)
        try:
            status, _, _ = await client.answer()
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return status == 200


async def closed_for(telefoon: Platform, reason: str) -> int:
    """How many connections were closed so, by the node's own count."""
    async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
        name = f'telefoon_http_connections_closed_total{{reason="{reason}"}} '
        return next(int(line.removeprefix(name)) for line in (await response.text()).splitlines() if name in line)


async def test_heads_and_bodies_that_trickle_end_with_408_while_others_and_calls_go_on(
    tmp_path: Path, ports: Ports
) -> None:
    async with phone() as far_end, AsyncExitStack() as clients:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "HTTP_HEAD_S": "2", "HTTP_BODY_S": "2"}
        async with platform(tmp_path, ports, settings) as telefoon:
            order = json.dumps({"from": NUMBER, "to": CALLEE, "flow": "<Response/>"})
            head = (
                f"POST {BASE_PATH}/calls HTTP/1.1\r\nHost: node\r\nX-API-Key: {telefoon.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(order)}\r\n\r\n"
            )
            of_head, of_body, silent = [
                await clients.enter_async_context(raw_http(telefoon.http_port)) for _ in range(3)
            ]
            of_body.send(head)
            trickles = [
                asyncio.create_task(of_head.trickle(UNFINISHED + "x" * 1000)),
                asyncio.create_task(of_body.trickle(order)),
            ]

            call = await telefoon.place(CALLEE, flow="<Response><Pause length='1'/></Response>")
            assert await is_answered(telefoon)
            answers = [await each.answer() for each in (of_head, of_body, silent)]
            ended = await telefoon.ended_call(call["id"])

            rests = [await each.rest() for each in (of_head, of_body, silent)]
            await asyncio.gather(*trickles)
            counted = await closed_for(telefoon, "head")
            log = telefoon.log()

    problems = [json.loads(body) for _, _, body in answers]
    assert [status for status, _, _ in answers] == [408, 408, 408]
    assert [each["detail"] for each in problems] == [
        "The request's head did not come within 2 s.",
        "The body did not come within 2 s.",
        "The request's head did not come within 2 s.",
    ]
    assert all(headers["connection"] == "close" and "server" not in headers for _, headers, _ in answers)
    assert rests == [b"", b"", b""]
    assert (ended["status"], counted) == ("completed", 2)
    assert "http_connections_closed" in log
    assert "request_failed" not in log


async def test_a_connection_without_requests_is_closed(tmp_path: Path, ports: Ports) -> None:
    async with (
        platform(tmp_path, ports, {"HTTP_IDLE_S": "2", "HTTP_HEAD_S": "30"}) as telefoon,
        raw_http(telefoon.http_port) as client,
    ):
        for _ in range(2):
            client.send(HEALTH)
            status, _, _ = await client.answer()
            assert status == 200

        assert await client.rest(within_s=15) == b""


async def test_an_address_has_so_many_connections_and_others_are_served(tmp_path: Path, ports: Ports) -> None:
    settings = {
        "HTTP_CONNECTIONS": "10",
        "HTTP_CONNECTIONS_OF_ADDRESS": "4",
        "HTTP_HEAD_S": "60",
        "TRUSTED_PROXIES": "127.0.0.9",
    }
    async with platform(tmp_path, ports, settings) as telefoon, AsyncExitStack() as clients:

        async def begun(source: str) -> RawHttp:
            client = await clients.enter_async_context(raw_http(telefoon.http_port, source=source))
            client.send(UNFINISHED)
            return client

        first, *_ = [await begun("127.0.0.2") for _ in range(4)]
        assert not await is_answered(telefoon, "127.0.0.2")
        assert await is_answered(telefoon, "127.0.0.3")

        proxied = [await begun("127.0.0.9") for _ in range(6)]
        assert await is_answered(telefoon, "127.0.0.3"), "all are taken, and who has waited longest makes room"
        assert await first.rest() == b""
        last = proxied[-1]
        last.send("x\r\n\r\n")
        assert (await last.answer())[0] == 200

        assert await closed_for(telefoon, "address") == 1
        assert await closed_for(telefoon, "room") >= 1


async def test_who_takes_nothing_of_what_it_asked_for_is_cut_off(tmp_path: Path, ports: Ports) -> None:
    ask = "GET /openapi.json HTTP/1.1\r\nHost: node\r\n\r\n"
    async with (
        platform(tmp_path, ports, {"HTTP_READER_S": "2"}) as telefoon,
        raw_http(telefoon.http_port, receives=4096) as client,
    ):
        client.send(ask * 30)
        await eventually(lambda: "reader=1" in telefoon.log(), within_s=20, otherwise=telefoon.log)

        assert await is_answered(telefoon)
        assert await closed_for(telefoon, "reader") == 1


async def test_connections_leave_calls_the_files_that_they_need(tmp_path: Path, ports: Ports) -> None:
    async with (
        platform(tmp_path, ports, {"HTTP_HEAD_S": "60"}, open_files=256) as telefoon,
        AsyncExitStack() as clients,
    ):
        for _ in range(40):
            client = await clients.enter_async_context(raw_http(telefoon.http_port))
            client.send(UNFINISHED)

        async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
            lines = (await response.text()).splitlines()

    assert "telefoon_http_connections 32" in lines


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("HELLO\r\n\r\n", 400),
        (f"GET /{'x' * 9000} HTTP/1.1\r\nHost: node\r\n\r\n", 414),
        (f"{UNFINISHED}{'x' * 9000}\r\n\r\n", 431),
        ("GET /nowhere HTTP/1.1\r\nHost: node\r\n\r\n", 404),
    ],
)
async def test_a_node_says_what_is_wrong_and_not_what_it_is(
    tmp_path: Path, ports: Ports, request_: str, status: int
) -> None:
    async with platform(tmp_path, ports) as telefoon:
        async with raw_http(telefoon.http_port) as client:
            client.send(request_)
            got, headers, body = await client.answer()
        async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
            lines = (await response.text()).splitlines()

    assert (got, json.loads(body)["status"]) == (status, status)
    assert not [name for name in headers if name in ("server", "x-powered-by", "via")]
    assert "aiohttp" not in body.decode()
    assert "telefoon_unforeseen_failures_total 0" in lines
