"""Several legs through Asterisk, measured at every end."""

import asyncio
from pathlib import Path

from tests.peers.asterisk import Asterisk
from tests.peers.audio import hears
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports


async def test_two_calls_joined_by_dial_hear_each_other_and_not_themselves(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows |= {
        "/start": '<Response><Dial timeLimit="4"><Number>+32255510900</Number></Dial></Response>',
    }
    async with platform(tmp_path, ports, plain, number={"--url": shop.url("/start")}) as telefoon:
        await network.originate("telefoon", NUMBER, "500@tone")
        parent = await telefoon.newest_call(direction="inbound")
        call = await telefoon.ended_call(parent["id"])
        children = (await telefoon.get("calls", parent_id=parent["id"]))["calls"]

    assert (call["status"], [child["status"] for child in children]) == ("completed", ["completed"])
    await asyncio.sleep(0.5)
    assert hears(network.heard("500"), 900, seconds=3)
    assert not hears(network.heard("500"), 500)
    assert hears(network.heard("900"), 500, seconds=3)
    assert not hears(network.heard("900"), 900)


async def test_three_in_a_conference_hear_the_other_two_and_not_themselves(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial timeLimit="6"><Conference beep="false">talk</Conference></Dial></Response>'
    tones = (400, 700, 980)
    async with platform(tmp_path, ports, plain, number={"--url": shop.url("/start")}) as telefoon:
        for hz in tones:
            await network.originate("telefoon", NUMBER, f"{hz}@tone")
        async with asyncio.timeout(30):
            while (await telefoon.get("calls", status="completed"))["total"] < len(tones):
                await asyncio.sleep(0.1)

    await asyncio.sleep(0.5)
    for hz in tones:
        for other in tones:
            assert hears(network.heard(str(hz)), other, seconds=2) is (other != hz), (hz, other)
