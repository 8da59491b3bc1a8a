"""A room over two nodes that lose their way to each other, and only that: two halves for a while, then one again."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import hears
from tests.peers.callers import Caller, all_hear_all_others, calling, has
from tests.peers.cluster import cluster
from tests.peers.customer import customer
from tests.peers.ports import Ports
from tests.peers.spoken import is_told, spoken

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

HALL: Final = '<Response><Dial><Conference beep="false" language="en-GB">hall</Conference></Dial></Response>'
TONES: Final = (400, 620, 860, 1080)
LEASE_S: Final = 10.0


async def test_each_half_goes_on_and_both_are_one_again_once_their_nodes_reach_each_other(
    tmp_path: Path, ports: Ports
) -> None:
    async with cluster() as nodes, customer(nodes.subnet.outside, hall=HALL) as shop:
        (number,) = (await nodes.front.get("numbers"))["numbers"]
        await nodes.front.patch(f"numbers/{number['id']}", {"url": shop.url("/hall")})
        outside, proxy = nodes.subnet.outside, nodes.subnet.sip_proxy
        async with calling(nodes.front, ports, *TONES, host=outside, proxy=proxy) as people:
            of_root = [each for each in people if each.node_address == people[0].node_address]
            of_leaf = [each for each in people if each not in of_root]
            assert of_leaf, "all reached the same node"
            await all_hear_all_others(*people)
            cut_s = [each.ear.now_s for each in people]

            with nodes.links[0].cut_from(nodes.subnet.node(2)):
                away = spoken(nodes.nodes[0], tmp_path, Phrase.OTHERS_AWAY)
                for each, since_s in zip(people, cut_s, strict=True):
                    if each in of_leaf:
                        await is_told(each.ear, away, since_s=since_s)
                await asyncio.sleep(LEASE_S)
                await asyncio.gather(hear_each_other_alone(of_root, of_leaf), hear_each_other_alone(of_leaf, of_root))
                await has(nodes.front, "hall", len(people), within_s=10)

            first = of_leaf[0].ear
            await first.hears_in_all(of_root[0].hz, seconds=1, within_s=30, since_s=first.now_s)
            await all_hear_all_others(*people)
            assert not [each.hz for each in people if each.far_end.received("BYE")]
            rooms = (await nodes.front.get("conferences", friendly_name="hall"))["conferences"]
            assert len(rooms) == 1
            assert nodes.front.states_of_nodes() == {"a": "serving", "b": "serving"}


async def hear_each_other_alone(half: list[Caller], others: list[Caller]) -> None:
    """Those of one half hear each other, and nobody of the other half."""
    since = [each.ear.now_s for each in half]
    await all_hear_all_others(*half)
    for each, since_s in zip(half, since, strict=True):
        assert not [other.hz for other in others if hears(each.ear.heard(since_s), other.hz, seconds=0.5)]
