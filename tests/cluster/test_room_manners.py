"""What is usual in a room is so over two nodes: who comes and goes is told, and a coach is heard by one alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import hears
from tests.peers.callers import Caller, all_hear_all_others, calling, has
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.ports import Ports
from tts.tones import BEEP_HZ

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

HALL: Final = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'
BEEPS: Final = HALL.replace('beep="false"', 'beep="true"')


async def test_who_comes_and_goes_on_one_node_is_heard_on_both(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = BEEPS
    async with (
        nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as (root, leaf),
        calling(root, ports, 400) as (of_root,),
        calling(leaf, ports, 620) as (of_leaf,),
    ):
        everybody = (of_root, of_leaf)
        await all_hear_all_others(*everybody)
        for node in (leaf, root):
            before = [each.ear.now_s for each in everybody]
            async with calling(node, ports, 1300) as (guest,):
                await all_beep(everybody, before)
                await all_hear_all_others(*everybody, guest)
                left = [each.ear.now_s for each in everybody]
                await node.delete(f"calls/{guest.call_id}")
                await all_beep(everybody, left)
            await has(root, "hall", 2, within_s=10)


async def test_a_coach_is_heard_by_whom_he_coaches_and_by_nobody_on_either_node(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = HALL
    async with (
        nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as (root, leaf),
        calling(root, ports, 400) as (customer,),
        calling(leaf, ports, 620) as (agent,),
        calling(root, ports, 1300) as (other,),
    ):
        await all_hear_all_others(customer, agent, other)
        shop.flows["/start"] = HALL.replace("<Conference", f'<Conference coach="{agent.call_id}"')
        async with calling(leaf, ports, 1520) as (coach,):
            await has(root, "hall", 4, within_s=10)
            await asyncio.gather(
                agent.hears(customer, other, coach, never=[agent]),
                coach.hears(agent, customer, other, never=[coach]),
                customer.hears(agent, other, never=[coach]),
                other.hears(agent, customer, never=[coach]),
            )

    assert not any(hears(each.ear.heard(), coach.hz) for each in (customer, other))


async def all_beep(everybody: Sequence[Caller], since: Sequence[float]) -> None:
    """Wait until each has heard the tone of coming and going since then."""
    for each, since_s in zip(everybody, since, strict=True):
        await each.ear.hears(BEEP_HZ, within_s=10, since_s=since_s)
