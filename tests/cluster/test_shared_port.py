"""Nodes of one machine that listen at one port: the kernel spreads connections, and who is gone gets none."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from tests.peers import commands
from tests.peers.nodes import nodes
from tests.peers.platform import BASE_PATH, Platform, settled
from tests.peers.ports import Ports
from tests.peers.raw_http import raw_http

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CONNECTIONS = 40


async def answers(port: int, key: str) -> list[int]:
    """The statuses of as many requests, each on a connection of its own."""
    found = []
    for _ in range(CONNECTIONS):
        async with (
            aiohttp.ClientSession(headers={"X-API-Key": key}) as client,
            client.get(f"http://127.0.0.1:{port}{BASE_PATH}/numbers") as response,
        ):
            found.append(response.status)
    return found


async def connections_of(each: Platform) -> float:
    """How many are open to the node, at either port."""
    async with each.client.get(f"{each.address}/metrics") as response:
        told = (await response.text()).splitlines()
    return next(float(line.split()[-1]) for line in told if line.startswith("telefoon_http_connections "))


async def test_nodes_share_a_port_and_go_on_without_one_that_dies(tmp_path: Path, ports: Ports, database: str) -> None:
    shared = ports.one()
    async with nodes(tmp_path, ports, database, settings={"HTTP_SHARED_PORT": str(shared)}) as (a, b):
        before = [await connections_of(each) for each in (a, b)]
        async with AsyncExitStack() as stack:
            for _ in range(CONNECTIONS):
                await stack.enter_async_context(raw_http(shared))
            taken = [await connections_of(each) - then for each, then in zip((a, b), before, strict=True)]
        both = await answers(shared, a.key)

        await a.end(signal.SIGKILL)
        alone = await answers(shared, b.key)

        assert both == alone == [HTTPStatus.OK] * CONNECTIONS
        assert min(taken) >= CONNECTIONS // 8


async def test_a_port_that_another_program_has_is_not_shared_with_it(tmp_path: Path, ports: Ports) -> None:
    made = settled(tmp_path, ports, {"HTTP_SHARED_PORT": str(port := ports.one())})

    with socket.create_server(("127.0.0.1", port)):
        said = await asyncio.to_thread(commands.output_of, "serve", environment=made.environment)

    assert said.exit_code == 1
    assert f"HTTP can't listen on 127.0.0.1:{port}" in said.complained
    assert "TELEFOON_HTTP_SHARED_PORT" in said.complained
