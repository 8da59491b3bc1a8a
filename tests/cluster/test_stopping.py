"""A node that is told to end while its database says nothing: it waits once, and its next start does what is left."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Final

import pytest

from tests.peers.customer import Customer
from tests.peers.database_way import database_way
from tests.peers.nodes import nodes
from tests.peers.phone import phone
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
SOON_S: Final = 25.0
"""A database that says nothing is waited for once, and calls are given ten seconds to be stored."""


async def test_a_node_ends_soon_while_its_database_says_nothing_and_its_next_start_closes_its_calls(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with phone() as far_end, database_way(tmp_path / "way", database) as way:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with nodes(tmp_path, ports, database, ("a",), trunk, ways={"a": way.url}) as (node,):
            talks = {"flow": "<Response><Pause length='600'/></Response>", "status_callback": shop.url("/status")}
            call_id = (await node.place(CALLEE, record=True, **talks))["id"]
            await node.noted(call_id, "recording_started")
            loop = asyncio.get_running_loop()

            way.cut()
            began_s = loop.time()
            os.kill(node.pid, signal.SIGTERM)
            exit_code = await node.ends_by_itself(within_s=300)
            took_s = loop.time() - began_s

            assert took_s < SOON_S, f"{took_s:.0f} s\n{node.log()[-3000:]}"
            assert exit_code == 0
            assert any(each["event"] == "hung_up" for each in far_end.told)
            way.mend()
            await node.end()
            await node.start()
            assert (await node.ended_call(call_id))["status"] == "failed"
            await eventually(lambda: shop.ends() == [call_id], within_s=20, otherwise=lambda: str(shop.ends()))
