"""What happens on one node is known to the others: events on their streams, bans at their front doors."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.waiting import within
from tests.running.pace import patience

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
AGENTS: Final = "+3225550101"
HANGUP: Final = [{"verb": "hangup"}]
STRANGER: Final = f"127.{100 + os.getpid() % 100}.{100 + os.getpid() // 100 % 100}.66"
NOBODY: Final = {"SIP_ALLOW": "192.0.2.0/24", "SIP_STRANGERS": "refuse", "SIP_INVITES_PER_S": "1"}
"""This machine is a stranger, as others are by default, and is told so until it is banned."""
ON_ITS_WAY_S: Final = 0.3


class Stream:
    """A stream of events as its reader has it."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.read: list[dict[str, Any]] = []

    async def until_completed(self, call_id: str) -> list[dict[str, Any]]:
        """The call's events up to its end."""
        async with within(30):
            while not any(is_the_end(event, call_id) for event in self.read):
                line = await self._response.content.readline()
                if line.startswith(b"data: "):
                    self.read.append(json.loads(line[6:]))
        return [event for event in self.read if event["call_id"] == call_id]


def is_the_end(event: dict[str, Any], call_id: str) -> bool:
    return (event["call_id"], event["facts"].get("status")) == (call_id, "completed")


@asynccontextmanager
async def streaming(node: Platform, **headers: str) -> AsyncIterator[Stream]:
    timeout = aiohttp.ClientTimeout(total=None)
    async with node.client.get("events", headers=headers, timeout=timeout) as response:
        assert response.status == 200, await response.text()
        yield Stream(response)


async def test_a_stream_tells_of_calls_of_every_node_and_goes_on_at_any(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with (
        phone() as far_end,
        nodes(tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as (a, b),
        streaming(a) as at_a,
    ):
        ordered = [(await node.place(CALLEE, flow=HANGUP))["id"] for node in (b, a, b)]
        told = [await at_a.until_completed(call_id) for call_id in ordered]
        stored = [await b.events(call_id) for call_id in ordered]
        third = at_a.read[2]["id"]
        async with streaming(b, **{"Last-Event-ID": str(third)}) as at_b:
            told_again = [await at_b.until_completed(call_id) for call_id in ordered]
            repeated = at_b.read

    identifiers = [event["id"] for event in at_a.read]
    assert identifiers == sorted(set(identifiers))
    for seen, events in zip(told, stored, strict=True):
        assert [each["id"] for each in seen] == [each["id"] for each in events][: len(seen)]
    assert [each["id"] for each in repeated][: len(identifiers) - 3] == identifiers[3:]
    assert all(each[-1]["facts"]["status"] == "completed" for each in told_again)


async def is_answered(stranger: RawCaller) -> bool:
    try:
        async with asyncio.timeout(ON_ITS_WAY_S):
            return (await stranger.asks("OPTIONS")).code == 403
    except TimeoutError:
        return False


async def test_whom_one_node_bans_all_keep_away_within_a_second(tmp_path: Path, ports: Ports, database: str) -> None:
    loop = asyncio.get_running_loop()
    async with (
        nodes(tmp_path, ports, database, settings=NOBODY) as (a, b),
        raw_caller(a.sip_port, STRANGER) as at_a,
        raw_caller(b.sip_port, STRANGER) as at_b,
    ):
        assert await is_answered(at_b)

        for _ in range(200):
            at_a.request("INVITE", body=audio())
        banned_at_s = loop.time()
        while await is_answered(at_b):
            assert loop.time() - banned_at_s < patience(1.0), b.log()

        listed = json.loads(await asyncio.to_thread(b.telefoon, "bans", "list", "--json"))
        await asyncio.to_thread(b.telefoon, "bans", "lift", STRANGER)
        lifted_at_s = loop.time()
        while not await is_answered(at_a):
            assert loop.time() - lifted_at_s < patience(1.0) + ON_ITS_WAY_S, a.log()

    assert [each["source"] for each in listed] == [f"{STRANGER}/32"]


async def test_a_queue_that_is_renamed_on_one_node_is_served_by_its_next_name_on_another(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = "<Response><Enqueue>sales</Enqueue></Response>"
    shop.flows["/agent"] = '<Response><Dial timeLimit="2" action="/served"><Queue>support</Queue></Dial></Response>'
    shop.flows["/served"] = "<Response/>"
    async with nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as (a, b):
        b.telefoon("numbers", "add", AGENTS, "--account", ACCOUNT, "--url", shop.url("/agent"))
        async with phone(*dialling(b, NUMBER)):
            await b.noted((await b.newest_call())["id"], "queue_entered")
            [queue] = (await a.get("queues"))["queues"]

            status, _ = await a.patch(f"queues/{queue['id']}", {"friendly_name": "support"})
            async with phone(*dialling(b, AGENTS)):
                [served] = await shop.is_asked("/served")

    assert status == 200
    assert served["DialCallStatus"] == "completed"


def dialling(telefoon: Platform, number: str) -> list[str]:
    return ["--dial", f"sip:{number}@127.0.0.1:{telefoon.sip_port}", "--from", "+3225550177"]
