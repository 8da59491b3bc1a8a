"""One queue over several nodes: who waits anywhere is served anywhere, the oldest first."""

from pathlib import Path

import pytest

from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

WAITS = "<Response><Enqueue>support</Enqueue></Response>"
TOLD = "<Response><Enqueue waitUrl='/wait'>support</Enqueue></Response>"
HEARD_WHILE_WAITING = "<Response><Pause length='1'/></Response>"
ECHO = {"flow": [{"verb": "echo"}]}
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


async def test_places_are_counted_over_all_nodes_and_who_is_named_is_taken_out_by_any(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"], shop.flows["/wait"] = TOLD, HEARD_WHILE_WAITING
    async with (
        nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as (a, b),
        calling(a, ports, 400) as (oldest,),
    ):
        await a.noted(oldest.call_id, "queue_entered")
        async with calling(b, ports, 620) as (second,):
            entered = await b.noted(second.call_id, "queue_entered")
            told = await eventually(
                lambda: next((each for each in shop.forms("/wait") if each["CallSid"] == second.call_id), None),
                within_s=20,
                otherwise=lambda: str(shop.forms("/wait")),
            )
            (queue,) = (await a.get("queues"))["queues"]
            listed = (await a.get(f"queues/{queue['id']}"))["members"]

            taken = await a.post(f"queues/{queue['id']}/take", {"call_id": second.call_id, **ECHO})
            first = await b.post(f"queues/{queue['id']}/take", ECHO)

            await second.hears(second)
            await oldest.hears(oldest)
    assert entered["position"] == 2
    assert (told["QueuePosition"], told["CurrentQueueSize"]) == ("2", "2")
    assert [(each["call_id"], each["position"]) for each in listed] == [(oldest.call_id, 1), (second.call_id, 2)]
    assert (taken["id"], first["id"]) == (second.call_id, oldest.call_id)
