"""Two nodes that reach PostgreSQL through PgBouncer in transaction mode, and listen to it directly."""

from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.pgbouncer import by_way_of, pgbouncer
from tests.peers.phone import phone
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE = "+3225550199"
TALKS = "<Response><Pause length='1'/></Response>"


async def test_calls_are_placed_told_of_and_read_at_either_node(
    tmp_path: Path, ports: Ports, shop: Customer, postgres: Postgres, database: str
) -> None:
    async with phone() as far_end, pgbouncer(postgres) as folder:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "DATABASE_LISTEN_URL": database}
        async with nodes(tmp_path, ports, by_way_of(folder, database), settings=settings) as (a, b):
            told = shop.url("/status")
            ordered = [(await each.place(CALLEE, flow=TALKS, status_callback=told))["id"] for each in (a, b)]

            ended = [await each.ended_call(call_id) for each, call_id in zip((b, a), ordered, strict=True)]

            await eventually(lambda: len(shop.ends()) == 2, within_s=20, otherwise=lambda: str(shop.ends()))
            assert {each["status"] for each in ended} == {"completed"}
            assert sorted(shop.ends()) == sorted(ordered)
            assert not [line for each in (a, b) for line in each.log().splitlines() if "store_failed" in line]
            assert "notices_not_heard" not in a.log() + b.log()
