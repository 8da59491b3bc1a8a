"""What a call costs PostgreSQL: each transaction is trips to the server, and a sync of its disk if it changes it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports
from tests.peers.postgres import programs, running
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.slow]

CALLEE: Final = "+3225550199"
MOST: Final = 8
CALLS: Final = 40
APART_S: Final = 0.1
QUIET_S: Final = 10.0
CALLBACKS: Final = ("initiated", "ringing", "in-progress", "completed")


async def committed(url: str) -> int:
    """How many transactions the database has committed, by its own statistics."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        asked = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        return int(await connection.fetchval(asked))
    finally:
        await connection.close()


async def placed(telefoon: Platform, shop: Customer, number: int) -> None:
    """Place so many calls with a flow and four callbacks, the first of them recorded, and wait until all is told."""
    before = len(shop.forms("/status"))
    for each in range(number):
        asked = {"url": shop.url("/start"), "status_callback": shop.url("/status")}
        await telefoon.place(CALLEE, record=each == 0, **asked)
        await asyncio.sleep(APART_S)
    wanted = before + number * len(CALLBACKS)
    await eventually(
        lambda: len(shop.forms("/status")) >= wanted,
        within_s=60,
        otherwise=lambda: f"{len(shop.forms('/status'))} of {wanted} callbacks",
    )


@pytest.mark.parametrize("names", [("a",), ("a", "b")], ids=["one node", "two nodes"])
async def test_a_call_takes_eight_transactions_at_most_while_others_are_under_way(
    tmp_path: Path, ports: Ports, shop: Customer, names: Sequence[str]
) -> None:
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed; run: make setup"
    shop.flows["/start"] = "<Response><Pause length='1'/></Response>"
    with running(binaries) as server:
        url = server.migrated_database()
        async with (
            phone() as far_end,
            nodes(tmp_path, ports, url, names, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as running_nodes,
        ):
            for each in running_nodes:
                await each.happening.end()  # a stream of events asks the database too, and is told of each by notices
            telefoon = running_nodes[0]
            await placed(telefoon, shop, 1)
            await asyncio.sleep(QUIET_S / 2)
            loop = asyncio.get_running_loop()
            began_s, began = loop.time(), await committed(url)
            await asyncio.sleep(QUIET_S)
            quiet_s, quiet = loop.time(), await committed(url)
            of_a_second = (quiet - began) / (quiet_s - began_s)

            await placed(telefoon, shop, CALLS)
            await asyncio.sleep(2)
            of_calls = await committed(url) - quiet - of_a_second * (loop.time() - quiet_s)

    print(f"{of_calls / CALLS:.2f} transactions a call")
    assert of_calls / CALLS <= MOST
