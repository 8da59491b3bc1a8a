"""One queue over several nodes: who waits anywhere is served anywhere, the oldest first."""

from pathlib import Path

import pytest

from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

WAITS = "<Response><Enqueue>support</Enqueue></Response>"
SERVES = "<Response><Dial><Queue>support</Queue></Dial></Response>"


async def test_who_has_waited_longest_on_any_node_is_served_first_on_any(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = WAITS
    async with (
        nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as (a, b),
        calling(b, ports, 400) as (oldest,),
        calling(a, ports, 620) as (next_one,),
    ):
        await a.noted(oldest.call_id, "queue_entered")
        await a.noted(next_one.call_id, "queue_entered")
        shop.flows["/start"] = SERVES
        async with calling(a, ports, 860) as (agent,):
            await agent.hears(oldest, never=[next_one])
            await oldest.hears(agent)

            async with calling(b, ports, 1080) as (second_agent,):
                await second_agent.hears(next_one, never=[oldest, agent])
                await next_one.hears(second_agent)

            await a.delete(f"calls/{agent.call_id}")
            served = await b.noted(oldest.call_id, "queue_left")
    assert served["result"] == "bridged"
