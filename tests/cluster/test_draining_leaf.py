"""A leaf of a room drains: its people stay in it for as long as they like, and the node ends after them."""

import os
import signal
from pathlib import Path
from typing import Final

import pytest

from tests.peers.callers import all_hear_all_others, calling, has
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.platform import Platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

HALL: Final = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'


async def test_a_leaf_that_drains_keeps_its_people_until_they_leave_and_then_ends(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = HALL
    number = {"--url": shop.url("/start")}
    async with (
        nodes(tmp_path, ports, database, number=number, machines={"b": {"TELEFOON_DRAIN_S": "300"}}) as (root, leaf),
        calling(root, ports, 400, 860) as of_root,
        calling(leaf, ports, 620, 1080) as (stays, leaves),
    ):
        await all_hear_all_others(*of_root, stays, leaves)

        await told_to_stop(leaf)

        await all_hear_all_others(*of_root, stays, leaves)
        await root.delete(f"calls/{leaves.call_id}")
        await has(root, "hall", 3, within_s=10)
        await all_hear_all_others(*of_root, stays)
        await root.delete(f"calls/{stays.call_id}")
        assert await leaf.ends_by_itself() == 0
        await has(root, "hall", 2, within_s=10)
        await all_hear_all_others(*of_root)
        ended = [await root.get(f"calls/{each.call_id}") for each in (stays, leaves)]
        assert [each["status"] for each in ended] == ["completed"] * 2


async def told_to_stop(node: Platform) -> None:
    """It takes no calls any more, and ends once the last has."""
    os.kill(node.pid, signal.SIGTERM)
    await node.check_when("calls", "This node is stopping")
