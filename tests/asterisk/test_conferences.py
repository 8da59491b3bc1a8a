"""A conference of Asterisk's channels and other far ends, measured at every end."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.audio import Sound, hears, when_heard
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

CALLS_IN, IS_CALLED = 400, 620
"""The tones of Asterisk's two channels, which are also what their recordings are called."""

CALLERS = (860, 1080)
_CHANNELS = re.compile(r"^(\d+) active channels?", re.MULTILINE)


async def channels_are_gone(network: Asterisk, *, within_s: float) -> None:
    told = ""
    try:
        async with within(within_s):
            while (found := _CHANNELS.search(told := await network.cli("core show channels"))) is None or (
                found[1] != "0"
            ):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"channels are left after {within_s:g} s: {told}") from None


def tones_in(heard: Sound, *, seconds: float) -> set[int]:
    return {hz for hz in (CALLS_IN, IS_CALLED, *CALLERS) if hears(heard, hz, seconds=seconds)}


@pytest.mark.slow
async def test_all_hear_all_others_and_not_themselves_and_its_end_ends_every_leg(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">talk</Conference></Dial></Response>'
    everybody = {CALLS_IN, IS_CALLED, *CALLERS}
    async with platform(tmp_path, ports, plain, number={"--url": shop.url("/start")}) as telefoon:
        await network.originate("telefoon", NUMBER, f"{CALLS_IN}@tone")
        await has(telefoon, "talk", 1, within_s=15)
        room = (await telefoon.get("conferences", friendly_name="talk"))["conferences"][0]["id"]
        guest = {"to": f"+32255510{IS_CALLED}", "from": NUMBER, "beep": "false"}
        await telefoon.post(f"conferences/{room}/participants", guest)
        await has(telefoon, "talk", 2, within_s=15)
        async with calling(telefoon, ports, *CALLERS) as callers:
            await has(telefoon, "talk", len(everybody), within_s=15)
            began_s = [each.ear.now_s for each in callers]
            for each, since in zip(callers, began_s, strict=True):
                for hz in everybody - {each.hz}:
                    await each.ear.hears_in_all(hz, seconds=6, within_s=20, since_s=since)
            at_callers = [each.ear.heard(since) for each, since in zip(callers, began_s, strict=True)]

            status, _ = await telefoon.patch(f"conferences/{room}", {"status": "completed"})

            for each in callers:
                await each.far_end.finishes()
            await channels_are_gone(network, within_s=10)
            await has(telefoon, "talk", None, within_s=5)
            ended = await telefoon.get(f"conferences/{room}")
            calls = [await telefoon.ended_call(each["id"]) for each in (await telefoon.get("calls"))["calls"]]

    assert (status, ended["status"]) == (200, "completed")
    assert [call["status"] for call in calls] == ["completed"] * len(everybody)
    for hz, heard in zip(CALLERS, at_callers, strict=True):
        assert tones_in(heard, seconds=3) == everybody - {hz}
        assert not hears(heard, hz)
    for hz in (CALLS_IN, IS_CALLED):
        heard = await network.heard(str(hz))
        others = everybody - {hz}
        all_are_in = max(when_heard(heard, each, least_s=2, bridging_s=0.2)[0].start_s for each in others)
        while_all_were_in = heard.part(all_are_in)
        assert tones_in(while_all_were_in, seconds=3) == others
        # Before, the first hears music, in which any tone may be; and where a packet of another's is lost, a click
        # holds every tone for a moment.
        assert not hears(while_all_were_in, hz, seconds=1)
