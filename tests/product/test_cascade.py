"""Two rooms on two nodes, joined by one call: what docs/scaling.md builds larger conferences from."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.audio import hears
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


async def test_all_in_either_room_hear_all_others_and_nobody_hears_himself(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'
    number = {"--url": shop.url("/start")}
    for node in ("leaf", "root"):
        (tmp_path / node).mkdir()
    async with platform(tmp_path / "root", ports, number=number) as root:
        settings = {"TRUNK": f"sip:127.0.0.1:{root.sip_port}"}
        async with (
            platform(tmp_path / "leaf", ports, settings, number=number) as leaf,
            calling(root, ports, 400, 620) as of_root,
            calling(leaf, ports, 860, 1080) as of_leaf,
        ):
            await has(leaf, "hall", 2, within_s=10)
            room = (await leaf.get("conferences", friendly_name="hall"))["conferences"][0]["id"]

            await leaf.post(f"conferences/{room}/participants", {"to": NUMBER, "from": NUMBER, "beep": "false"})

            await asyncio.gather(has(leaf, "hall", 3, within_s=10), has(root, "hall", 3, within_s=10))
            everybody = [*of_root, *of_leaf]
            since = [each.ear.now_s for each in everybody]
            for each, from_s in zip(everybody, since, strict=True):
                for other in everybody:
                    if other is not each:
                        await each.ear.hears_in_all(other.hz, seconds=1.5, within_s=10, since_s=from_s)
            heard = [each.ear.heard(from_s) for each, from_s in zip(everybody, since, strict=True)]

    for each, sound in zip(everybody, heard, strict=True):
        assert not hears(sound, each.hz), each.hz
