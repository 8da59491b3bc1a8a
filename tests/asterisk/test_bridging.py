"""Several legs through Asterisk, measured at every end."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.audio import hears
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

TRUNKS = [("plain", "telefoon", "no registration"), ("secured", "secure", "200")]


@pytest.mark.slow
@pytest.mark.parametrize(("trunk", "endpoint", "state"), TRUNKS)
async def test_two_calls_joined_by_dial_hear_each_other_and_not_themselves(
    tmp_path: Path, ports: Ports, network: Asterisk, shop: Customer, request: pytest.FixtureRequest, trunk: str,
    endpoint: str, state: str,
) -> None:  # fmt: skip
    settings: dict[str, str] = request.getfixturevalue(trunk)
    shop.flows["/start"] = '<Response><Dial timeLimit="6"><Number>+32255510900</Number></Dial></Response>'
    async with platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon:
        await telefoon.check_when("trunk", state)
        await network.originate(endpoint, NUMBER, "500@tone")
        parent = await telefoon.newest_call(direction="inbound")
        call = await telefoon.ended_call(parent["id"])
        children = (await telefoon.get("calls", parent_id=parent["id"]))["calls"]

    assert (call["status"], [child["status"] for child in children]) == ("completed", ["completed"])
    at_caller, at_callee = await network.heard("500"), await network.heard("900")
    assert hears(at_caller, 900, seconds=3)
    assert not hears(at_caller, 500)
    assert hears(at_callee, 500, seconds=3)
    assert not hears(at_callee, 900)


@pytest.mark.slow
async def test_three_in_a_conference_hear_the_other_two_and_not_themselves(
    tmp_path: Path, ports: Ports, network: Asterisk, secured: dict[str, str], shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial timeLimit="10"><Conference beep="false">talk</Conference></Dial></Response>'
    tones = (400, 700, 980)
    async with platform(tmp_path, ports, secured, number={"--url": shop.url("/start")}) as telefoon:
        await telefoon.check_when("trunk", "200")
        for hz in tones:
            await network.originate("secure", NUMBER, f"{hz}@tone")
        async with within(30):
            while (await telefoon.get("calls", status="completed"))["total"] < len(tones):
                await asyncio.sleep(0.1)

    for hz in tones:
        heard = await network.heard(str(hz))
        for other in tones:
            assert hears(heard, other, seconds=2) is (other != hz), (hz, other)
